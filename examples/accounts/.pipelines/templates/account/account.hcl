locals {
  name = "{{ account.name }}"
  id   = "{{ account.id }}"
}
