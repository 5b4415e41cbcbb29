locals {
  name = "management"
  id   = "000000000000"
}
