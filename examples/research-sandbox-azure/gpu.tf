resource "azurerm_virtual_network" "lab" {
  name                = "lab"
  resource_group_name = azurerm_resource_group.lab.name
  location            = azurerm_resource_group.lab.location
  address_space       = ["10.90.0.0/16"]
  tags                = local.tags
}

resource "azurerm_subnet" "lab" {
  name                 = "lab"
  resource_group_name  = azurerm_resource_group.lab.name
  virtual_network_name = azurerm_virtual_network.lab.name
  address_prefixes     = ["10.90.1.0/24"]
  service_endpoints    = ["Microsoft.Storage"]
}

resource "azurerm_network_security_group" "gpu" {
  name                = "gpu"
  resource_group_name = azurerm_resource_group.lab.name
  location            = azurerm_resource_group.lab.location
  tags                = local.tags
}

resource "azurerm_public_ip" "gpu" {
  name                = "gpu"
  resource_group_name = azurerm_resource_group.lab.name
  location            = azurerm_resource_group.lab.location
  allocation_method   = "Static"
  sku                 = "Standard"
  tags                = local.tags
}

resource "azurerm_network_interface" "gpu" {
  name                           = "gpu"
  resource_group_name            = azurerm_resource_group.lab.name
  location                       = azurerm_resource_group.lab.location
  accelerated_networking_enabled = true
  ip_configuration {
    name                          = "primary"
    subnet_id                     = azurerm_subnet.lab.id
    private_ip_address_allocation = "Dynamic"
    public_ip_address_id          = azurerm_public_ip.gpu.id
  }
  tags = local.tags
}

resource "azurerm_network_interface_security_group_association" "gpu" {
  network_interface_id      = azurerm_network_interface.gpu.id
  network_security_group_id = azurerm_network_security_group.gpu.id
}

# Whichever size has quota today. Nobody knows it before the apply, and so nobody knows what it costs.
resource "random_shuffle" "gpu_size" {
  input        = ["Standard_NC4as_T4_v3", "Standard_NC24ads_A100_v4"]
  result_count = 1
}

resource "azurerm_linux_virtual_machine" "gpu" {
  name                  = "gpu-playground"
  resource_group_name   = azurerm_resource_group.lab.name
  location              = azurerm_resource_group.lab.location
  size                  = random_shuffle.gpu_size.result[0]
  admin_username        = "lab"
  network_interface_ids = [azurerm_network_interface.gpu.id]
  admin_ssh_key {
    username   = "lab"
    public_key = local.ssh_key
  }
  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "Premium_LRS"
    disk_size_gb         = 128
  }
  source_image_reference {
    publisher = "microsoft-dsvm"
    offer     = "ubuntu-hpc"
    sku       = "2204"
    version   = "latest"
  }
  tags = local.tags
}

resource "azurerm_dev_test_global_vm_shutdown_schedule" "gpu" {
  virtual_machine_id    = azurerm_linux_virtual_machine.gpu.id
  location              = azurerm_resource_group.lab.location
  enabled               = true
  daily_recurrence_time = "1900"
  timezone              = "UTC"
  notification_settings {
    enabled = false
  }
  tags = local.tags
}

resource "azurerm_managed_disk" "scratch" {
  name                 = "scratch"
  resource_group_name  = azurerm_resource_group.lab.name
  location             = azurerm_resource_group.lab.location
  create_option        = "Empty"
  disk_size_gb         = 1024
  storage_account_type = "Premium_LRS"
  tags                 = local.tags
}

resource "azurerm_virtual_machine_data_disk_attachment" "scratch" {
  managed_disk_id    = azurerm_managed_disk.scratch.id
  virtual_machine_id = azurerm_linux_virtual_machine.gpu.id
  lun                = 0
  caching            = "None"
}
