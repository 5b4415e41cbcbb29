#!/bin/sh
# Stands in for Trivy, with one check of its many.
# - `config [flags] DIR`, `--quiet`, `--format json`, `--severity`, and exit code 0 whatever it found unless `--exit-code` says
#   otherwise: https://trivy.dev/docs/v0.75/guide/references/configuration/cli/trivy_config/.
# - A plan's JSON is scanned like code: https://trivy.dev/docs/v0.54/coverage/iac/terraform.
# - `Results[].Misconfigurations[]` with `ID`, `Title`, `Severity`, `Status` and `CauseMetadata.Resource`:
#   `DetectedMisconfiguration` in pkg/types/misconfiguration.go of aquasecurity/trivy.
case "$*" in "config --quiet --format json --severity "*) ;; *) exit 1 ;; esac
for folder in "$@"; do :; done
jq --slurp '{ SchemaVersion: 2, Results: [{ Class: "config", Misconfigurations: [.[].resource_changes[]?
  | select(.type == "aws_s3_bucket_acl" and (.change.after.acl // "" | startswith("public")))
  | { ID: "AWS-0092", Title: "S3 Bucket has an ACL defined which allows public access.", Severity: "HIGH", Status: "FAIL",
      CauseMetadata: { Resource: .address } }] }] }' "$folder"/*.json
