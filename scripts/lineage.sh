#!/usr/bin/env bash
# Train the ancestors on photographs at the budget of docs/lineage.md, and measure each on pictures that it has not seen.
#
#   MOBILENET=mobilenet_v1.safetensors SQUEEZENET=squeezenet1_0.safetensors \
#     scripts/lineage.sh OUT CHECK.zip VALID.zip TRAIN.zip…
#
# It takes five hours on one processor core. A training that was interrupted goes on where it was. RECIPES="beta gan"
# chooses some of them, PYTHON the interpreter. For the films of the thesis see thesis_film.sh.
set -euo pipefail
python=${PYTHON:-python3}
if [ $# -lt 4 ]; then
  sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
out=$1 check=$2 valid=$3
shift 3
pictures=("$@")

# train RECIPE RUN [--set …]: at the honest budget
train() {
  local recipe=$1 run=$2 data=(--data "${pictures[@]}" --valid "$valid" --out "$2")
  shift 2
  if [ -d "$run/checkpoints" ]; then
    "$python" -m autochrome train "$recipe" "${data[@]}" --resume
  else
    "$python" -m autochrome train "$recipe" "${data[@]}" --set budget=honest "$@"
  fi
}

for recipe in ${RECIPES:-studio-mse studio-gan full beta gan nogan}; do
  size=96
  case $recipe in
    studio-mse | beta) size=64 && train "$recipe" "$out/$recipe" ;;
    studio-gan) size=64 && train studio-gan "$out/studio-gan" --set "network.start=$out/studio-mse" ;;
    gan)
      size=128
      train gan "$out/gan-start" --set budget=start
      train gan "$out/gan" --set "network.start=$out/gan-start"
      ;;
    full) train full "$out/full" --set "weights=$MOBILENET" ;;
    nogan) train nogan "$out/nogan" --set "features=$SQUEEZENET" ;;
  esac
  "$python" -m autochrome evaluate "$out/$recipe" "$check" --size "$size" --vivid 1,1.15,1.25,1.5 --no-judge \
    --json "$out/$recipe.json"
done
