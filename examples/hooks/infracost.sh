#!/usr/bin/env bash
# Says what a change costs a month: https://www.infracost.io
#
#   environments:
#     prod: { secrets: [INFRACOST_API_KEY], … }
#   hooks:
#     after_plan:
#       - name: Costs
#         run: [bash, .pipelines/hooks/infracost.sh]
#
# More than INFRACOST_WARN_ABOVE a month is a warning; it never denies.
set -euo pipefail
# Costs are for those who review: right before an apply there is nobody to read them.
[ -n "${PIPELINES_OUTCOME:-}" ] || exit 0
# PATH="$(bash "$(dirname "$0")/tool.sh" infracost URL SHA256):$PATH"
report=$(mktemp -d)
trap 'rm -rf "$report"' EXIT
for plan in "$PIPELINES_PLANS"/*.json; do
  infracost breakdown --path "$plan" --format json --log-level error >"$report/$(basename "$plan")"
done
jq --slurp --arg above "${INFRACOST_WARN_ABOVE:-}" '
  def sum(key): [.[] | (.[key] // "0" | tonumber)] | add // 0;
  def money: . * 100 | round / 100 | tostring;
  (.[0].currency // "USD") as $currency | sum("diffTotalMonthlyCost") as $diff | sum("totalMonthlyCost") as $total |
  { result: (if $above != "" and $diff > ($above | tonumber) then "warn" else "pass" end),
    summary: "**\(if $diff < 0 then "" else "+" end)\($diff | money) \($currency)** a month, \($total | money) \($currency) in all." }
' "$report"/*.json >"$PIPELINES_RESULT"
