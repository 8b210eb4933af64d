variable "name" {
  type = string
}

variable "size" {
  type     = number
  default  = 1
  nullable = false
}

resource "terraform_data" "node" {
  count = var.size
  input = format("%s-%02d", var.name, count.index)
}

output "name" {
  value = var.name
}

output "id" {
  value = terraform_data.node[0].id
}
