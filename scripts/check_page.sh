#!/usr/bin/env bash
# Check the studio's page: its types (JSDoc, read by TypeScript), lint (eslint) and format (prettier).
# The tools and their versions are in package.json and package-lock.json; npm installs them into node_modules/.
set -euo pipefail
cd "$(dirname "$0")/.."
for program in node npm; do
  if ! command -v "$program" >/dev/null; then
    echo "make check needs $program: install Node.js 18.18 or later with npm (Debian: apt-get install nodejs npm)" >&2
    exit 1
  fi
done
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --no-audit --no-fund --loglevel=error
  touch node_modules/.package-lock.json
fi
npm run --silent types
npm run --silent lint
npm run --silent format:check
