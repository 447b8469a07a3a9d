#!/usr/bin/env bash
# Mean IoU on the Ni micrographs: perf/quality.sh DATA [TRAIN OPTIONS ...], DATA being the folder with ni/train and ni/test.
# Trains on the scribbles of ni/train, segments the images of both folders, scores them against their masks, whose classes start at 0.
#   perf/quality.sh ../data
#   perf/quality.sh ../data --preset weka
#   perf/quality.sh ../data --families none --deep models/fastseg-vit-tiny-8 --upsampler nearest     deep features alone
#   perf/quality.sh ../data --deep models/fastseg-vit-tiny-8 --upsampler bilinear                    both
set -euo pipefail

data=${1:?usage: perf/quality.sh DATA [TRAIN OPTIONS ...]}
shift
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

pairs=() images=() scored=()
for labels in "$data"/ni/train/*_labels.png; do
    pairs+=(--image "${labels%_labels.png}.png" --labels "$labels")
done
for truth in "$data"/ni/{train,test}/*_gt.png; do
    image=${truth%_gt.png}.png
    images+=("$image")
    scored+=("$work/out/$(basename "$image" .png).tif" "$truth")
done
"$root/fastseg" train "${pairs[@]}" "$@" -o "$work/model.fastseg"
"$root/fastseg" segment "$work/model.fastseg" "${images[@]}" -o "$work/out/" >/dev/null
"$root/fastseg" score "${scored[@]}" --truth-offset 1
