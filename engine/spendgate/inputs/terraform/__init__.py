"""Terraform and OpenTofu plans."""
