variable "size" { 
  type = string
  default = "big"
}
variable "secret" {
  type = string
  default = "hush"
  sensitive = true
}
variable "cfg" {
  type = object({ n = number, tags = map(string) })
  default = { n = 2, tags = { owner = "ml" } }
}
locals { keys = toset(["a.b", "c[0]", "q\"uote", "ünï", "$${x}"]) }
resource "terraform_data" "keyed" {
  for_each = local.keys
  input = each.key
}
resource "terraform_data" "first" { input = { size = var.size, secret = var.secret, deep = [{ a = 1, b = null }] } }
resource "terraform_data" "user" { 
  input = [terraform_data.first.output, terraform_data.keyed["a.b"].id]
}
resource "terraform_data" "counted" { 
  count = 2
  input = "${terraform_data.first.id}-${count.index}"
  lifecycle { create_before_destroy = true }
}
module "m" {
  source = "./mod"
  for_each = toset(["one", "t.wo"])
  name = each.key
  parent = terraform_data.first.id
  cfg = var.cfg
}
resource "terraform_data" "sink" { input = [module.m["t.wo"].id, module.m["one"].inner_id] }
check "fine" {
  assert { 
    condition = var.size == "small"
    error_message = "size is not small"
  }
}
output "o" { value = terraform_data.first.id }
