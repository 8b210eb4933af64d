data "aws_ssm_parameter" "dlami" {
  name = "/aws/service/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-al2023/latest/ami-id"
}

data "aws_ssm_parameter" "al2023" {
  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
}

resource "aws_iam_role" "trainer" {
  name = "vision-trainer"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}

resource "aws_iam_role" "sagemaker" {
  name = "vision-sagemaker"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "sagemaker.amazonaws.com" } }]
  })
}

resource "aws_iam_instance_profile" "trainer" {
  name = "vision-trainer"
  role = aws_iam_role.trainer.name
}

resource "aws_launch_template" "trainer" {
  name                   = "vision-trainer"
  image_id               = data.aws_ssm_parameter.dlami.value
  instance_type          = var.trainer_type
  update_default_version = true
  vpc_security_group_ids = [aws_security_group.nodes.id]
  iam_instance_profile {
    name = aws_iam_instance_profile.trainer.name
  }
  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_type = "gp3"
      volume_size = 500
      throughput  = 250
      encrypted   = true
    }
  }
  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }
  tag_specifications {
    resource_type = "instance"
    tags          = merge(local.tags, { Name = "vision-trainer", workload = "train" })
  }
  tags = { Name = "vision-trainer" }
}

# Provider default tags do not reach an Auto Scaling group: it needs its own.
resource "aws_autoscaling_group" "trainer" {
  name                      = "vision-trainer"
  min_size                  = 1
  max_size                  = var.trainer_max
  desired_capacity          = 2
  health_check_grace_period = 600
  vpc_zone_identifier       = values(aws_subnet.private)[*].id
  launch_template {
    id      = aws_launch_template.trainer.id
    version = aws_launch_template.trainer.latest_version
  }
  tag {
    key                 = "Application"
    value               = "vision-training"
    propagate_at_launch = true
  }
  tag {
    key                 = "Environment"
    value               = var.environment
    propagate_at_launch = true
  }
}

resource "aws_instance" "bastion" {
  ami           = data.aws_ssm_parameter.al2023.value
  instance_type = "t3.small"
  subnet_id     = aws_subnet.private["a"].id
  root_block_device {
    volume_type = "gp3"
    volume_size = 20
    encrypted   = true
  }
  metadata_options {
    http_tokens = "required"
  }
  tags = { Name = "bastion", owner = "platform", CostCenter = "cc-0815", Schedule = "office-hours" }
}

resource "aws_sagemaker_notebook_instance" "lab" {
  name            = "vision-lab"
  instance_type   = "ml.g5.2xlarge"
  volume_size     = 200
  role_arn        = aws_iam_role.sagemaker.arn
  subnet_id       = aws_subnet.private["a"].id
  security_groups = [aws_security_group.nodes.id]
  tags            = { owner = "vision-ml" }
}

resource "aws_sagemaker_training_job" "baseline" {
  training_job_name = "vision-baseline"
  role_arn          = aws_iam_role.sagemaker.arn
  hyper_parameters  = { epochs = "90", precision = "bf16" }
  algorithm_specification {
    training_image      = local.training_image
    training_input_mode = "File"
  }
  input_data_config {
    channel_name = "train"
    data_source {
      s3_data_source {
        s3_data_type = "S3Prefix"
        s3_uri       = "s3://${aws_s3_bucket.datasets.bucket}/imagenet/"
      }
    }
  }
  output_data_config {
    s3_output_path = "s3://${aws_s3_bucket.checkpoints.bucket}/baseline/"
  }
  resource_config {
    instance_type     = "ml.p4d.24xlarge"
    instance_count    = 2
    volume_size_in_gb = 500
  }
  tags = { owner = "vision-ml", workload = "train", experiment = "resnet-baseline" }
}

resource "aws_cloudwatch_log_group" "training" {
  name = "/vision/training"
}
