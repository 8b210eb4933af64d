# Everything that is built in: names, modules, counts, keys, optional attributes, templates. `plan.json` is what Terraform makes of it.
terraform {
  required_version = ">= 1.6"
}

variable "environment" {
  type    = string
  default = "dev"
}

variable "pools" {
  type = map(object({
    machine = string
    size    = optional(number, 2)
    labels  = optional(map(string), {})
    taints  = optional(list(string))
  }))
  default = {
    cpu = { machine = "m6i.large", size = "3" }
    gpu = { machine = "g5.xlarge", labels = { team = "ml" }, taints = ["gpu"] }
    "odd key.1" = { machine = "t3.small" }
  }
}

variable "secret" {
  type      = string
  default   = "hunter2"
  sensitive = true
}

variable "nothing" {
  type    = list(string)
  default = null
}

locals {
  prefix  = "${var.environment}-${lower("APP")}"
  zones   = ["a", "b", "c"]
  by_zone = { for index, zone in local.zones : zone => cidrsubnet("10.0.0.0/16", 4, index) }
  large   = [for name, pool in var.pools : name if pool.size > 2]
  script  = <<-EOT
    #!/bin/sh
      echo ${local.prefix}
    %{ for zone in local.zones ~}
    zone ${zone}
    %{ endfor ~}
  EOT
}

resource "terraform_data" "one" {
  input = {
    prefix   = local.prefix
    zones    = local.by_zone
    large    = local.large
    script   = local.script
    total    = sum([for pool in values(var.pools) : pool.size])
    half     = 1 / 4
    machines = distinct(sort([for pool in var.pools : pool.machine]))
    maybe    = try(var.pools["none"].machine, "nothing")
    nothing  = coalesce(var.nothing, ["default"])
    workers  = terraform.workspace
    module   = path.module
    choice   = var.environment == "prod" ? "big" : "small"
  }
}

resource "terraform_data" "counted" {
  count = length(local.zones)
  input = "${local.zones[count.index]}:${count.index + 1}"
}

resource "terraform_data" "none" {
  count = var.environment == "prod" ? 1 : 0
  input = "never"
}

resource "terraform_data" "keyed" {
  for_each = var.pools
  input = {
    key     = each.key
    pool    = each.value
    numbers = [for index in range(each.value.size) : index * 10]
  }
}

resource "terraform_data" "later" {
  input = {
    id      = terraform_data.one.id
    known   = terraform_data.one.input.prefix
    text    = "x-${terraform_data.one.id}"
    mixed   = { a = 1, b = terraform_data.one.output }
    all     = terraform_data.counted[*].input
    ids     = terraform_data.counted[*].id
    either  = terraform_data.one.id == "x" ? 1 : 2
    gone    = one(terraform_data.none[*].input)
    keys    = keys(terraform_data.keyed)
    by_name = terraform_data.keyed["cpu"].input.key
  }
}

resource "terraform_data" "hidden" {
  input = { password = var.secret, open = "yes" }
}

module "pool" {
  for_each = { for name, pool in var.pools : name => pool if name != "gpu" }
  source   = "./modules/pool"
  name     = "${local.prefix}-${each.key}"
  size     = each.value.size
}

module "wrap" {
  count  = 2
  source = "./modules/wrap"
  index  = count.index + 1
}

resource "terraform_data" "from_modules" {
  input = {
    names = [for pool in module.pool : pool.name]
    deep  = module.wrap[1].deep
    id    = module.pool["cpu"].id
  }
}
