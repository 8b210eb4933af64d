terraform {
  required_version = ">= 1.8"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.90"
    }
  }
}

variable "region" {
  description = "Where everything runs."
  type        = string
  default     = "us-east-1"
}

variable "environment" {
  type    = string
  default = "dev"
}

variable "trainer_type" {
  description = "Machine type of the training nodes."
  type        = string
  default     = "p4d.24xlarge"
}

variable "trainer_max" {
  type    = number
  default = 2
}

locals {
  tags = {
    Application = "vision-training"
    Environment = var.environment
    ManagedBy   = "terraform"
  }
  subnets = {
    a = { zone = "us-east-1a", cidr = "10.40.0.0/20" }
    b = { zone = "us-east-1b", cidr = "10.40.16.0/20" }
  }
  training_image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/vision-train:2026.11"
}

provider "aws" {
  region = var.region
  default_tags {
    tags = local.tags
  }
}

module "eks" {
  source     = "./modules/eks"
  name       = "vision-dev"
  subnet_ids = values(aws_subnet.private)[*].id
  gpu_type   = "g5.12xlarge"
  gpu_max    = 6
}

output "checkpoint_bucket" {
  value = aws_s3_bucket.checkpoints.bucket
}
