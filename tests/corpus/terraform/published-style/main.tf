# The constructs of published modules (clusters with node groups by a map, switches by count, optional objects), in our own words.
terraform {
  required_version = ">= 1.5.7"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}

provider "aws" {
  region = var.region
  default_tags {
    tags = { owner = "ml-platform", "cost-center" = "cc-1", environment = "dev", application = "training" }
  }
}

variable "region" {
  type    = string
  default = "us-east-1"
}

variable "create" {
  type    = bool
  default = true
}

variable "vpc_id" {
  description = "Left open on purpose: nobody knows it before there is a network."
  type        = string
}

variable "node_groups" {
  type = any
  default = {
    system = { instance_types = ["m6i.large"] }
    gpu = {
      instance_types = ["g5.12xlarge"]
      capacity_type  = "SPOT"
      max_size       = 4
      disk           = { volume_size = 200, volume_type = "gp3" }
      taints         = { gpu = { key = "nvidia.com/gpu", value = "true", effect = "NO_SCHEDULE" } }
    }
  }
}

locals {
  create = var.create && length(var.node_groups) > 0
  name   = "training"
  rules  = { for name, rule in local.all_rules : name => rule if rule.enabled }
  all_rules = merge(
    { nodes = { port = 443, enabled = true } },
    { for number in [1025, 65535] : "high-${number}" => { port = number, enabled = number < 60000 } },
  )
}

data "aws_partition" "current" {
  count = local.create ? 1 : 0
}

data "aws_caller_identity" "current" {}

resource "aws_eks_cluster" "this" {
  count    = local.create ? 1 : 0
  name     = local.name
  role_arn = "arn:${data.aws_partition.current[0].partition}:iam::${data.aws_caller_identity.current.account_id}:role/eks"
  version  = "1.34"
  vpc_config {
    subnet_ids              = try(module.network.private_subnets, [])
    endpoint_public_access  = false
    public_access_cidrs     = coalescelist([], ["10.0.0.0/8"])
    endpoint_private_access = true
  }
  dynamic "encryption_config" {
    for_each = toset([for key in [null] : key if key != null])
    content {
      resources = ["secrets"]
    }
  }
  lifecycle {
    ignore_changes = [access_config[0].bootstrap_cluster_creator_admin_permissions]
  }
}

resource "aws_security_group_rule" "node" {
  for_each          = { for name, rule in local.rules : name => rule if local.create }
  security_group_id = aws_security_group.node[0].id
  type              = "ingress"
  protocol          = "tcp"
  from_port         = each.value.port
  to_port           = lookup(each.value, "to_port", each.value.port)
}

resource "aws_security_group" "node" {
  count       = local.create ? 1 : 0
  name_prefix = "${local.name}-node-"
  vpc_id      = var.vpc_id
}

module "network" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "~> 6.0"
  name    = local.name
}

module "node_group" {
  source         = "./modules/node-group"
  for_each       = { for name, group in var.node_groups : name => group if local.create }
  name           = try(each.value.name, each.key)
  cluster_name   = one(aws_eks_cluster.this[*].name)
  instance_types = try(each.value.instance_types, null)
  capacity_type  = try(each.value.capacity_type, "ON_DEMAND")
  max_size       = try(each.value.max_size, 3)
  disk           = try(each.value.disk, null)
  taints         = try(each.value.taints, {})
}
