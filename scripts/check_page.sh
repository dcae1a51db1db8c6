#!/usr/bin/env bash
# The types of the studio's page, written as JSDoc, checked by TypeScript 5.5 or later where it is installed.
set -euo pipefail
cd "$(dirname "$0")/.."
version="$(tsc --version 2>/dev/null | grep -oE '[0-9]+\.[0-9]+' | head -1 || true)"
if [ -z "$version" ] || [ "$(printf '%s\n5.5\n' "$version" | sort -V | head -1)" != 5.5 ]; then
  echo "the page's types are not checked: there is no tsc 5.5 or later (npm install --global typescript)"
  exit 0
fi
tsc --project jsconfig.json
echo "the page's types hold (tsc $version)"
