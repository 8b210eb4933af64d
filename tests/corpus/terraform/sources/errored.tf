variable "nodes" {
  type    = number
  default = 9
}
resource "terraform_data" "kept" { input = "other" }
resource "terraform_data" "checked" {
  input = var.nodes
  lifecycle {
    precondition {
      condition     = var.nodes < 5
      error_message = "no more than four nodes"
    }
  }
}
resource "terraform_data" "after" { input = terraform_data.checked.id }
