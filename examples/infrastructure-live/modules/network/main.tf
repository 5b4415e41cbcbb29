variable "account_name" { type = string }
variable "account_id" { type = string }
variable "region" { type = string }
variable "zones" { type = number }
variable "dns" { type = bool }

resource "terraform_data" "network" {
  input = {
    account = var.account_id
    region  = var.region
    dns     = var.dns
  }
}

resource "terraform_data" "subnet" {
  count = var.zones
  input = "${var.account_name}-${var.region}-${count.index}"
}

output "network_id" {
  value = "net-${var.account_name}-${var.region}"
}
