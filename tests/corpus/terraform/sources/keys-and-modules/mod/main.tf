variable "name" {}
variable "parent" {}
variable "cfg" {}
resource "terraform_data" "in" { input = { name = var.name, parent = var.parent, n = var.cfg.n } }
module "inner" {
  source = "./inner"
  count = 2
  up = terraform_data.in.id
}
output "id" { value = terraform_data.in.id }
output "inner_id" { value = module.inner[1].id }
