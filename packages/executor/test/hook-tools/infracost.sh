#!/bin/sh
# Stands in for infracost, whose prices come from a service that asks for a key. Every bucket that is made costs 12.345.
# - Totals of a plan are decimals, which JSON has as texts, `diffTotalMonthlyCost` among them: `Root` in
#   internal/output/output.go of infracost/infracost.
# - Without a key it ends with 1 and this sentence: the test of its Homebrew formula, Formula/i/infracost.rb.
[ -n "$INFRACOST_API_KEY" ] || { echo "Error: No INFRACOST_API_KEY environment variable is set." >&2; exit 1; }
[ "$1 $2 $4 $5" = "breakdown --path --format json" ] || exit 1
jq '([.resource_changes[]? | select(.change.actions == ["create"])] | length * 12.345) as $cost |
  { version: "0.2", currency: "USD", pastTotalMonthlyCost: "0", totalMonthlyCost: ($cost | tostring), diffTotalMonthlyCost: ($cost | tostring) }' "$3"
