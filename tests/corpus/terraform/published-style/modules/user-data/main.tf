variable "name" {
  type = string
}

locals {
  text = templatefile("${path.module}/start.sh.tpl", { name = var.name, packages = ["jq", "curl"] })
}

output "text" {
  value = base64encode(local.text)
}
