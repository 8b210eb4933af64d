package terraform.costly

deny[msg] {
  rc := input.resource_changes[_]
  big(rc.change.after.instance_type)
  msg := sprintf("%v uses the machine type %v", [rc.address, rc.change.after.instance_type])
}

big(type) { startswith(type, "p5.") }
big(type) { startswith(type, "p4d.") }

warn_secret[msg] {
  password := input.resource_changes[_].change.after.password
  msg := sprintf("the policy saw %s", [password])
}
