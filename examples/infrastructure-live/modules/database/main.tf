variable "account_name" { type = string }
variable "account_id" { type = string }
variable "region" { type = string }
variable "network_id" { type = string }
variable "engine" { type = string }
variable "size" {
  type    = string
  default = "small"
}

resource "terraform_data" "database" {
  # A change of engine makes a new database; a change of size does not.
  triggers_replace = var.engine
  input = {
    network = var.network_id
    size    = var.size
  }
}

output "endpoint" {
  value = "db.${var.account_name}.${var.region}.example.com:5432"
}
