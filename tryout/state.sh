#!/usr/bin/env bash
# Keeps the state of the try-out's units on the branch `state` of their repository: hosted runners keep no disk, and a
# try-out has no cloud. Called by root.hcl, so before anything reads an output, and by a hook after each change:
#   state.sh get FOLDER         brings the state of all units, once on each machine
#   state.sh put FOLDER UNIT    keeps the state of one unit
set -euo pipefail
direction="$1" folder="$2" unit="${3:-}"
if [ "$direction" = get ] && [ -e "$folder/brought" ]; then exit 0; fi
if [ "$direction" = put ] && [ ! -e "$folder/$unit/terraform.tfstate" ]; then exit 0; fi
# The job that determines changes has no secrets and needs no state.
case "$TRYOUT_STATE_REMOTE" in
  git@*) if [ -z "${TRYOUT_STATE_KEY:-}" ]; then exit 0; fi ;;
esac

mkdir -p "$folder"
work="$(mktemp -d "$folder/work.XXXXXX")"
trap 'rm -rf "$work"' EXIT
if [ -n "${TRYOUT_STATE_KEY:-}" ]; then
  (umask 077 && printf '%s\n' "$TRYOUT_STATE_KEY" > "$work/key")
  export GIT_SSH_COMMAND="ssh -i $work/key -o IdentitiesOnly=yes -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=$work/hosts"
fi
git=(git -c user.name=tryout -c user.email=tryout@example.com)

if [ "$direction" = get ]; then
  "${git[@]}" clone --quiet --depth 1 --branch state "$TRYOUT_STATE_REMOTE" "$work/state"
  # Several processes may do this at once; a file that is there is never replaced, nor seen half written.
  (cd "$work/state" && find . -name terraform.tfstate) | while read -r file; do
    mkdir -p "$(dirname "$folder/$file")"
    mv -n "$work/state/$file" "$folder/$file"
  done
  touch "$folder/brought"
  exit 0
fi

# Units that end at the same time push at the same time: who comes second takes the other's commit and tries again.
for _ in $(seq 20); do
  rm -rf "$work/state"
  "${git[@]}" clone --quiet --depth 1 --branch state "$TRYOUT_STATE_REMOTE" "$work/state"
  mkdir -p "$work/state/$unit"
  cp "$folder/$unit/terraform.tfstate" "$work/state/$unit/terraform.tfstate"
  "${git[@]}" -C "$work/state" add --all
  "${git[@]}" -C "$work/state" commit --quiet --allow-empty --message "State of $unit"
  if "${git[@]}" -C "$work/state" push --quiet origin state 2> "$work/refused"; then exit 0; fi
  sleep "$((RANDOM % 3 + 1))"
done
cat "$work/refused" >&2
exit 1
