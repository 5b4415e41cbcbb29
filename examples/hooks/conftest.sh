#!/usr/bin/env bash
# Judges plans by policies in Rego: https://www.conftest.dev
#
#   after_plan:
#     - name: Policies
#       run: [bash, .pipelines/hooks/conftest.sh, .pipelines/policy]
set -euo pipefail
policies=${1:-.pipelines/policy}
# PATH="$(bash "$(dirname "$0")/tool.sh" conftest URL SHA256):$PATH"
report=$(mktemp)
trap 'rm -f "$report"' EXIT
# It ends with 1 for a denial and for policies that can't be read: only its report tells them apart.
conftest test --policy "$policies" --all-namespaces --output json "$PIPELINES_PLANS"/*.json >"$report" || true
if ! jq --slurp --exit-status '(.[0] | type) == "array" and (.[0] | length) > 0' "$report" >/dev/null 2>&1; then
  echo "conftest could not judge the plans" >&2
  exit 2
fi
jq '
  def said(kind): [.[] | .filename as $file | (.[kind] // [])[] | "- \(.msg) (`\($file | split("/") | last)`)"];
  said("failures") as $failures | said("warnings") as $warnings |
  { result: (if $failures != [] then "deny" elif $warnings != [] then "warn" else "pass" end),
    summary: ((if $failures != [] then ["Denied:", ""] + $failures + [""] else [] end)
            + (if $warnings != [] then ["Warnings:", ""] + $warnings else [] end)
            + (if $failures + $warnings == [] then ["\([.[].successes] | add) checks passed."] else [] end) | join("\n")) }
' "$report" >"$PIPELINES_RESULT"
