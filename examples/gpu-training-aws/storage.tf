resource "aws_s3_bucket" "checkpoints" {
  bucket = "vision-dev-checkpoints"
  tags   = { data-kind = "checkpoint" }
}

resource "aws_s3_bucket_public_access_block" "checkpoints" {
  bucket                  = aws_s3_bucket.checkpoints.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket" "datasets" {
  bucket = "vision-dev-datasets"
  tags   = { data-kind = "dataset", owner = "vision-ml", CostCenter = "cc-4711" }
}

resource "aws_s3_bucket_lifecycle_configuration" "datasets" {
  bucket = aws_s3_bucket.datasets.id
  rule {
    id     = "cold"
    status = "Enabled"
    filter {}
    transition {
      days          = 30
      storage_class = "INTELLIGENT_TIERING"
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

resource "aws_fsx_lustre_file_system" "scratch" {
  deployment_type             = "PERSISTENT_2"
  per_unit_storage_throughput = 125
  storage_capacity            = 4800
  data_compression_type       = "LZ4"
  subnet_ids                  = [aws_subnet.private["a"].id]
  metadata_configuration {
    mode = "AUTOMATIC"
  }
  tags = { Name = "training-scratch" }
}

resource "aws_ebs_volume" "cache" {
  availability_zone = "us-east-1a"
  size              = 1000
  type              = "gp3"
  encrypted         = true
  tags              = { Name = "cache", owner = "vision-ml", CostCenter = "cc-4711" }
}
