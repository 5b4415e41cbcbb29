locals {
  name = "us-east-1"
}
