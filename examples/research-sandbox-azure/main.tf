terraform {
  required_version = ">= 1.8"
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.40"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.7"
    }
  }
}

variable "subscription_id" {
  description = "The subscription of the research group."
  type        = string
}

variable "location" {
  type    = string
  default = "eastus"
}

variable "environment" {
  type    = string
  default = "sandbox"
}

locals {
  tags = {
    application = "research-lab"
    cost_center = "cc-1337"
    environment = var.environment
    owner       = "nlp-research"
  }
  ssh_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample lab"
}

provider "azurerm" {
  subscription_id = var.subscription_id
  features {}
}

data "azurerm_client_config" "current" {}

resource "azurerm_resource_group" "lab" {
  name     = "rg-research-sandbox"
  location = var.location
  tags     = local.tags
}

resource "azurerm_storage_account" "data" {
  name                            = "researchlabdata"
  resource_group_name             = azurerm_resource_group.lab.name
  location                        = azurerm_resource_group.lab.location
  account_tier                    = "Standard"
  account_replication_type        = "LRS"
  is_hns_enabled                  = true
  min_tls_version                 = "TLS1_2"
  allow_nested_items_to_be_public = false
  blob_properties {
    last_access_time_enabled = true
  }
  tags = local.tags
}

resource "azurerm_storage_container" "checkpoints" {
  name               = "checkpoints"
  storage_account_id = azurerm_storage_account.data.id
}

resource "azurerm_storage_management_policy" "data" {
  storage_account_id = azurerm_storage_account.data.id
  rule {
    name    = "expire-checkpoints"
    enabled = true
    filters {
      prefix_match = ["checkpoints/"]
      blob_types   = ["blockBlob"]
    }
    actions {
      base_blob {
        tier_to_cool_after_days_since_modification_greater_than = 14
        delete_after_days_since_modification_greater_than       = 60
      }
    }
  }
}
