#!/usr/bin/env bash
# Tells a Slack channel how a job ended: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
#
#   environments:
#     prod: { secrets: [SLACK_WEBHOOK_URL], … }
#   hooks:
#     after_apply:
#       - name: Slack
#         run: [bash, .pipelines/hooks/slack.sh]
#         on: [plans, failure] # or `failure` alone
set -euo pipefail
message=$(jq '
  # Slack reads these three characters as markup.
  def plain: tostring | gsub("&"; "&amp;") | gsub("<"; "&lt;") | gsub(">"; "&gt;");
  { changed: "changed", unchanged: "had nothing to change", failed: "failed", skipped: "was not started",
    withheld: "was withheld", superseded: "is left to a later run", waiting: "waits for others",
    interrupted: "was interrupted", ignored: "was ignored", unknown: "ended nobody knows how" } as $words |
  [.units[] | select(.end.kind != "unchanged")] as $units |
  { text: (["*\(.action) in \(.environment | plain)*\(if .logUrl then " (<\(.logUrl)|log>)" else "" end)"]
        + [$units[:20][] | "• `\(.path | plain)` \($words[.end.kind] // .end.kind)"]
        + (if ($units | length) > 20 then ["… and \(($units | length) - 20) more"] else [] end)
        + (if $units == [] then ["Nothing changed."] else [] end) | join("\n")) }
' "$PIPELINES_OUTCOME")
# The address is a secret, so it is no argument, which every process could read.
if answer=$(printf 'url = "%s"\n' "$SLACK_WEBHOOK_URL" |
  curl --config - --fail-with-body --silent --show-error --max-time 20 --retry 2 \
    --header "Content-Type: application/json" --data "$message" 2>&1); then
  exit 0
fi
# A channel that got no message is no reason to call the apply a failure.
jq --null-input --arg answer "$answer" '{ result: "warn", summary: "Slack got no message: \($answer)" }' >"$PIPELINES_RESULT"
