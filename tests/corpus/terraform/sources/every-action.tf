resource "terraform_data" "kept" { input = "same" }
resource "terraform_data" "resized" { input = { machine = "large", disks = [{ gib = 10 }, { gib = 20 }] } }
resource "terraform_data" "rebuilt" {
  input            = "a"
  triggers_replace = "two"
}
resource "terraform_data" "rebuilt_ahead" {
  input            = "a"
  triggers_replace = "two"
  lifecycle { create_before_destroy = true }
}
removed {
  from = terraform_data.let_go
  lifecycle { destroy = false }
}
moved {
  from = terraform_data.old_name
  to   = terraform_data.new_name
}
resource "terraform_data" "new_name" { input = "a" }
moved {
  from = terraform_data.old_name_resized
  to   = terraform_data.new_name_resized
}
resource "terraform_data" "new_name_resized" { input = "b" }
resource "terraform_data" "fewer" {
  count = 1
  input = count.index
}
import {
  to = terraform_data.adopted
  id = "11111111-2222-3333-4444-555555555555"
}
resource "terraform_data" "adopted" {}
import {
  to = terraform_data.adopted_resized
  id = "11111111-2222-3333-4444-666666666666"
}
resource "terraform_data" "adopted_resized" { input = "b" }
resource "terraform_data" "new" { input = "b" }
data "terraform_remote_state" "late" {
  backend = "local"
  config  = { path = "${terraform_data.new.id}.tfstate" }
}
