#!/bin/sh
# Stands in for Checkov: one report, `results.failed_checks` with `check_id`, `check_name` and `resource`; a list of reports
# where there are several; counts alone where there is nothing that it knows; 0 with `--soft-fail`
# (https://www.checkov.io/2.Basics/Hard%20and%20soft%20fail.html, and what 3.3.30 printed). It knows one check.
case "$*" in *"--framework terraform_plan --output json --compact --quiet --soft-fail --skip-download"*) ;; *) exit 2 ;; esac
plans=""
while [ "$1" = "--file" ]; do plans="$plans $2"; shift 2; done
jq --slurp '[.[].resource_changes[]? | select(.type == "aws_db_instance" and .change.after.publicly_accessible)] as $found |
  if $found == [] then { passed: 0, failed: 0, skipped: 0, parsing_errors: 0, resource_count: 0, checkov_version: "3.3.30" }
  else { check_type: "terraform_plan", results: { failed_checks: [$found[]
    | { check_id: "CKV_AWS_17", check_name: "Ensure all data stored in RDS is not publicly accessible", resource: .address }] } } end' $plans
