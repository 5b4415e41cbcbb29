#!/usr/bin/env bash
# Brings a tool onto the runner and prints its folder: a release that is checked against its SHA-256, kept between jobs where
# the runner keeps anything.
#
#   PATH="$(.pipelines/hooks/tool.sh conftest URL SHA256):$PATH"
#
# URL is a .tar.gz or the program itself. A tool that is on the PATH already is taken as it is.
set -euo pipefail
name=$1 url=$2 sha256=$3
if found=$(command -v "$name"); then
  dirname "$found"
  exit 0
fi
folder="${RUNNER_TOOL_CACHE:-${HOME:-/tmp}/.cache}/pipelines-hooks/$name-$sha256"
if [ ! -x "$folder/$name" ]; then
  mkdir -p "$folder"
  work=$(mktemp -d "$folder/.new-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  curl --fail --silent --show-error --location --retry 3 --output "$work/download" "$url"
  echo "$sha256  $work/download" | sha256sum --check --quiet - >&2
  case $url in
    *.tar.gz | *.tgz) tar --extract --gzip --file "$work/download" --directory "$work" "$name" ;;
    *) mv "$work/download" "$work/$name" ;;
  esac
  chmod +x "$work/$name"
  # In one step: jobs that share the folder never see half a program.
  mv -f "$work/$name" "$folder/$name"
fi
echo "$folder"
