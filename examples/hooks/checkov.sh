#!/usr/bin/env bash
# Judges plans by Checkov's rules: https://www.checkov.io
#
#   after_plan:
#     - name: Checkov
#       run: [bash, .pipelines/hooks/checkov.sh]
#
# Further arguments are Checkov's own, such as `--skip-check CKV_AWS_18`.
set -euo pipefail
# From PyPI, pinned, into a folder of its own:
# venv="${RUNNER_TOOL_CACHE:-$HOME/.cache}/pipelines-hooks/checkov-3.3.30"
# [ -x "$venv/bin/checkov" ] || { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet checkov==3.3.30; }
# PATH="$venv/bin:$PATH"
report=$(mktemp)
trap 'rm -f "$report"' EXIT
files=()
for plan in "$PIPELINES_PLANS"/*.json; do files+=(--file "$plan"); done
# `--skip-download`: no call home. `--soft-fail`: what it found is read from the report, so that any other exit code is a failure of Checkov's.
checkov "${files[@]}" --framework terraform_plan --output json --compact --quiet --soft-fail --skip-download "$@" >"$report"
# It is one report, or several in a list; a plan without anything that it knows has counts alone.
jq '
  [(if type == "array" then .[] else . end) | .results.failed_checks // [] | .[]] as $failed |
  { result: (if $failed == [] then "pass" else "deny" end),
    summary: (if $failed == [] then "Nothing was found."
              else [$failed[] | "- `\(.resource)`: \(.check_name) (\(.check_id))"] | unique | join("\n") end) }
' "$report" >"$PIPELINES_RESULT"
