package main

import rego.v1

# What a plan is to be refused for. `input` is the plan's JSON, as `tofu show -json` has it.
deny contains message if {
	some change in input.resource_changes
	change.type == "aws_s3_bucket_acl"
	change.change.after.acl in {"public-read", "public-read-write"}
	message := sprintf("%s would make a bucket public", [change.address])
}

warn contains message if {
	some change in input.resource_changes
	"delete" in change.change.actions
	message := sprintf("%s would be deleted", [change.address])
}
