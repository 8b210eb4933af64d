terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.90"
    }
    random = {
      source = "hashicorp/random"
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
      Schedule    = "office-hours"
    }
  }
}

resource "random_shuffle" "machine" {
  input        = ["g4dn.xlarge", "g5.xlarge", "p4d.24xlarge"]
  result_count = 1
}

resource "aws_instance" "trial" {
  ami           = "ami-0c0ffee254dead001"
  instance_type = random_shuffle.machine.result[0]
  subnet_id     = "subnet-0aa1"
  root_block_device {
    volume_type = "gp3"
    volume_size = 100
    encrypted   = true
  }
  tags = { Name = "trial" }
}
