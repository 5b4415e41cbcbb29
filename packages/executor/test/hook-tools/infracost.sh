#!/bin/sh
# Stands in for infracost: totals of a plan as texts, `diffTotalMonthlyCost` among them, and an error without a key
# (infracost/infracost, internal/output/output.go). Every bucket that is made costs 12.345.
[ -n "$INFRACOST_API_KEY" ] || { echo "Error: INFRACOST_API_KEY is not set" >&2; exit 1; }
[ "$1 $2 $4 $5" = "breakdown --path --format json" ] || exit 1
jq '([.resource_changes[]? | select(.change.actions == ["create"])] | length * 12.345) as $cost |
  { version: "0.2", currency: "USD", pastTotalMonthlyCost: "0", totalMonthlyCost: ($cost | tostring), diffTotalMonthlyCost: ($cost | tostring) }' "$3"
