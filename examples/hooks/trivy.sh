#!/usr/bin/env bash
# Judges plans by Trivy's checks: https://trivy.dev
#
#   after_plan:
#     - name: Trivy
#       run: [bash, .pipelines/hooks/trivy.sh]
#
# Further arguments are Trivy's own, such as `--ignorefile .pipelines/trivyignore`.
set -euo pipefail
# PATH="$(bash "$(dirname "$0")/tool.sh" trivy URL SHA256):$PATH"
report=$(mktemp)
trap 'rm -f "$report"' EXIT
# Without `--exit-code` it ends with 0 whatever it finds, so that any other exit code is a failure of Trivy's.
trivy config --quiet --format json --severity "${TRIVY_SEVERITY:-HIGH,CRITICAL}" "$@" "$PIPELINES_PLANS" >"$report"
jq '
  [.Results // [] | .[] | .Misconfigurations // [] | .[] | select((.Status // "FAIL") == "FAIL")] as $found |
  { result: (if $found == [] then "pass" else "deny" end),
    summary: (if $found == [] then "Nothing was found."
              else [$found[] | "- \(.Severity) `\(.CauseMetadata.Resource // "the plan")`: \(.Title) (\(.ID))"] | unique | join("\n") end) }
' "$report" >"$PIPELINES_RESULT"
