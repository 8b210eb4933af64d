variable "index" {}

module "inner" {
  source = "../pool"
  name   = "wrapped-${var.index}"
  size   = var.index
}

output "deep" {
  value = upper(module.inner.name)
}
