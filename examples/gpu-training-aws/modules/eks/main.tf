variable "name" {
  type = string
}

variable "subnet_ids" {
  type = list(string)
}

variable "gpu_type" {
  type = string
}

variable "gpu_max" {
  type    = number
  default = 2
}

locals {
  role_arn      = "arn:aws:iam::123456789012:role/${var.name}-eks"
  node_role_arn = "arn:aws:iam::123456789012:role/${var.name}-node"
  pools = {
    system = { types = ["m6i.large"], min = 2, desired = 2, max = 3, tags = { owner = "platform", CostCenter = "cc-0815" } }
    gpu    = { types = [var.gpu_type], min = 0, desired = 1, max = var.gpu_max, tags = { owner = "vision-ml" } }
  }
}

resource "aws_eks_cluster" "this" {
  name     = var.name
  role_arn = local.role_arn
  version  = "1.33"
  access_config {
    authentication_mode = "API"
  }
  vpc_config {
    subnet_ids              = var.subnet_ids
    endpoint_private_access = true
    endpoint_public_access  = false
  }
  tags = { owner = "platform", CostCenter = "cc-0815" }
}

resource "aws_eks_node_group" "this" {
  for_each        = local.pools
  cluster_name    = aws_eks_cluster.this.name
  node_group_name = each.key
  node_role_arn   = local.node_role_arn
  subnet_ids      = var.subnet_ids
  instance_types  = each.value.types
  disk_size       = 100
  scaling_config {
    min_size     = each.value.min
    desired_size = each.value.desired
    max_size     = each.value.max
  }
  tags = each.value.tags
}

output "cluster_name" {
  value = aws_eks_cluster.this.name
}
