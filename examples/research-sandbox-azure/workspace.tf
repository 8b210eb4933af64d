resource "azurerm_application_insights" "lab" {
  name                 = "lab"
  resource_group_name  = azurerm_resource_group.lab.name
  location             = azurerm_resource_group.lab.location
  application_type     = "web"
  daily_data_cap_in_gb = 1
  tags                 = local.tags
}

resource "azurerm_key_vault" "lab" {
  name                      = "kv-research-lab"
  resource_group_name       = azurerm_resource_group.lab.name
  location                  = azurerm_resource_group.lab.location
  tenant_id                 = data.azurerm_client_config.current.tenant_id
  sku_name                  = "standard"
  purge_protection_enabled  = true
  enable_rbac_authorization = true
  tags                      = local.tags
}

resource "azurerm_machine_learning_workspace" "lab" {
  name                    = "mlw-research"
  friendly_name           = "NLP research"
  resource_group_name     = azurerm_resource_group.lab.name
  location                = azurerm_resource_group.lab.location
  application_insights_id = azurerm_application_insights.lab.id
  key_vault_id            = azurerm_key_vault.lab.id
  storage_account_id      = azurerm_storage_account.data.id
  identity {
    type = "SystemAssigned"
  }
  tags = local.tags
}

resource "azurerm_machine_learning_compute_instance" "alice" {
  name                          = "alice-notebook"
  machine_learning_workspace_id = azurerm_machine_learning_workspace.lab.id
  virtual_machine_size          = "Standard_NC4as_T4_v3"
  authorization_type            = "personal"
  tags                          = local.tags
}

resource "azurerm_machine_learning_compute_cluster" "batch" {
  name                          = "batch-a100"
  machine_learning_workspace_id = azurerm_machine_learning_workspace.lab.id
  location                      = azurerm_resource_group.lab.location
  vm_size                       = "Standard_NC24ads_A100_v4"
  vm_priority                   = "Dedicated"
  scale_settings {
    min_node_count                       = 0
    max_node_count                       = 4
    scale_down_nodes_after_idle_duration = "PT15M"
  }
  tags = {
    application = "research-lab"
    environment = "sandbox"
    owner       = "nlp-research"
  }
}

resource "azurerm_role_assignment" "ml_storage" {
  scope                = azurerm_storage_account.data.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = azurerm_machine_learning_workspace.lab.identity[0].principal_id
}

resource "azurerm_cognitive_account" "openai" {
  name                  = "oai-research-sandbox"
  resource_group_name   = azurerm_resource_group.lab.name
  location              = azurerm_resource_group.lab.location
  kind                  = "OpenAI"
  sku_name              = "S0"
  custom_subdomain_name = "research-sandbox"
  tags                  = local.tags
}

resource "azurerm_cognitive_deployment" "gpt" {
  name                 = "gpt-4o"
  cognitive_account_id = azurerm_cognitive_account.openai.id
  model {
    format  = "OpenAI"
    name    = "gpt-4o"
    version = "2024-08-06"
  }
  sku {
    name     = "GlobalStandard"
    capacity = 120
  }
}
