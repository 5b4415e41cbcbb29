variable "account_name" { type = string }
variable "account_id" { type = string }
variable "region" { type = string }
variable "network_id" { type = string }
variable "database_endpoint" { type = string }
variable "settings" { type = object({ replicas = number, image = string }) }

resource "terraform_data" "service" {
  input = {
    network  = var.network_id
    database = var.database_endpoint
    image    = var.settings.image
  }
}

resource "terraform_data" "replica" {
  count = var.settings.replicas
  input = "${var.account_name}-${var.region}-replica-${count.index}"

  provisioner "local-exec" {
    # Stands for a cloud that refuses what it is asked for.
    command = var.settings.image == "registry.example.com/app:broken" ? "echo 'InvalidImage: registry.example.com/app:broken does not exist' >&2; exit 1" : "true"
  }
}

output "url" {
  value = "https://app.${var.account_name}.${var.region}.example.com"
}
