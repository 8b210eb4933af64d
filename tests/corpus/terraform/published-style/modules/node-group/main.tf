variable "name" {
  type    = string
  default = ""
}

variable "cluster_name" {
  type     = string
  default  = null
  nullable = true
}

variable "use_name_prefix" {
  type    = bool
  default = true
}

variable "instance_types" {
  type    = list(string)
  default = null
}

variable "capacity_type" {
  type    = string
  default = "ON_DEMAND"
}

variable "max_size" {
  type    = number
  default = 3
  validation {
    condition     = var.max_size > 0
    error_message = "It has to be above zero."
  }
}

variable "disk" {
  type = object({
    volume_size = optional(number, 50)
    volume_type = optional(string)
  })
  default = null
}

variable "taints" {
  type    = any
  default = {}
}

module "user_data" {
  source = "../user-data"
  name   = var.cluster_name
}

resource "aws_launch_template" "this" {
  count       = var.disk != null ? 1 : 0
  name        = var.use_name_prefix ? null : var.name
  name_prefix = var.use_name_prefix ? "${var.name}-" : null
  user_data   = module.user_data.text
  dynamic "block_device_mappings" {
    for_each = var.disk == null ? {} : { root = { device_name = "/dev/xvda", ebs = var.disk } }
    content {
      device_name = block_device_mappings.value.device_name
      dynamic "ebs" {
        for_each = flatten([lookup(block_device_mappings.value, "ebs", [])])
        content {
          volume_size = lookup(ebs.value, "volume_size", null)
          volume_type = try(ebs.value.volume_type, null)
        }
      }
    }
  }
  dynamic "tag_specifications" {
    for_each = toset(["instance", "volume"])
    content {
      resource_type = tag_specifications.key
      tags          = merge({ Name = var.name }, {})
    }
  }
}

locals {
  template = try(aws_launch_template.this[0].name, null)
}

resource "aws_eks_node_group" "this" {
  cluster_name    = var.cluster_name
  node_group_name = var.name
  node_role_arn   = "arn:aws:iam::123456789012:role/node"
  subnet_ids      = ["subnet-1"]
  instance_types  = var.instance_types
  capacity_type   = var.capacity_type
  scaling_config {
    min_size     = 0
    max_size     = var.max_size
    desired_size = 1
  }
  dynamic "launch_template" {
    for_each = var.disk != null ? [1] : []
    content {
      name    = local.template
      version = coalesce(null, try(aws_launch_template.this[0].latest_version, "$Default"))
    }
  }
  dynamic "taint" {
    for_each = var.taints
    content {
      key    = taint.value.key
      value  = lookup(taint.value, "value", null)
      effect = taint.value.effect
    }
  }
}

output "name" {
  value = aws_eks_node_group.this.node_group_name
}
