# What is left of the training stack after the project ended: nothing but the provider.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.90"
    }
  }
}

provider "aws" {
  region = "us-east-1"
  default_tags {
    tags = {
      Application = "notebook-farm"
      CostCenter  = "cc-4711"
      Environment = "dev"
      Owner       = "vision-ml"
    }
  }
}
