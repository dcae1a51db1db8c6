#!/usr/bin/env bash
# The film chain of the thesis, from films in colour to a measured film: `docs/lineage.md` tells what it is.
#
#   scripts/thesis_film.sh OUT HELD-OUT-FILM FILM… [-- SETTINGS OF THE RECIPES]
#
#   scripts/thesis_film.sh runs/thesis reel-4.mkv reel-1.mkv reel-2.mkv reel-3.mkv -- budget=small
#
# FILMS are of one kind, such as a series; the held-out film is never trained on. A film may be a file, or a pattern of
# numbered pictures such as 'drive/%05d.png'. MINUTES=20 sets the length of each training, LIMIT=200 the number of frames
# that are measured, PYTHON the interpreter.
set -euo pipefail
python=${PYTHON:-python3}
if [ $# -lt 3 ]; then
  sed -n '2,10s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
out=$1 held=$2
shift 2
films=() settings=()
while [ $# -gt 0 ] && [ "$1" != "--" ]; do films+=("$1") && shift; done
[ $# -gt 0 ] && shift
for setting in "$@"; do settings+=(--set "$setting"); done
length=()
[ -n "${MINUTES:-}" ] && length=(--minutes "$MINUTES")
ac() { "$python" -m autochrome "$@"; }
say() { printf '\n== %s\n' "$*"; }
# A training that was interrupted goes on where it was.
train() {
  local run=$out/$1 data=(--data "$out/$2-train.zip" --valid "$out/$2-test.zip" --out "$out/$1")
  if [ -d "$run/checkpoints" ]; then
    ac train "thesis-$1" "${data[@]}" --resume
  else
    ac train "thesis-$1" "${data[@]}" ${length[@]+"${length[@]}"} ${settings[@]+"${settings[@]}"}
  fi
}
mkdir -p "$out"

say "1. Frames: every 1.5 s to train, 3 a second to test; pairs of frames within one scene, 3 and 5 a second"
ac data frames "${films[@]}" --test "$held" -o "$out/single" --skip "${SKIP:-0}" --rate "${RATE:-0.6667}" --test-rate 3
ac data frames "${films[@]}" --test "$held" -o "$out/pairs" --skip "${SKIP:-0}" --rate "${PAIR_RATE:-3}" --test-rate 5 --pairs

say "2. The independent network: a frame from its lightness"
train independent single

say "3. The dependent network: a frame from its lightness and the colour of the frame before"
train dependent pairs

say "4. Both as ONNX files"
ac export "$out/independent" -o "$out/independent.onnx"
ac export "$out/dependent" -o "$out/dependent.onnx"

say "5. The scenes of the held-out film, by the rule of the thesis"
ac shots "$held" -o "$out/shots.json" --cuts thesis --overwrite

say "6. The held-out film in colour, three ways"
ac film "$held" -o "$out/thesis.mkv" --method thesis --model "$out/independent.onnx" \
  --dependent "$out/dependent.onnx" --cuts thesis --codec ffv1 --overwrite
ac film "$held" -o "$out/frames.mkv" --method frames --model "$out/independent.onnx" --codec ffv1 --overwrite
ac film "$held" -o "$out/ours.mkv" --codec ffv1 --overwrite

say "7. Measured against the original, beside grey"
"$python" "$(dirname "$0")/score_films.py" "$held" "$out/thesis.mkv" "$out/frames.mkv" "$out/ours.mkv" \
  --limit "${LIMIT:-200}" --json "$out/scores.json"

say "8. Where its time goes"
"$python" "$(dirname "$0")/thesis_stages.py" "$held" --independent "$out/independent.onnx" \
  --dependent "$out/dependent.onnx" --json "$out/stages.json"
