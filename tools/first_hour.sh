#!/usr/bin/env bash
# Makes the pictures of docs/first-hour.md by the commands that stand there: tools/first_hour.sh [FOLDER], by default docs/first-hour.
# Needs the program, which ./fastseg builds, and samples/ni. Models and label maps go to a temporary folder.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
folder=$(mkdir -p "${1:-$root/docs/first-hour}" && cd "${1:-$root/docs/first-hour}" && pwd -P)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
train=$root/samples/ni/train
test=$root/samples/ni/test
names=matrix,tertiary,secondary
part=0,0,384,384
fastseg() { "$root/fastseg" "$@"; }

fastseg preview "$train/spot3_0d_3.png" --region $part -o "$folder/image.png"
fastseg preview "$train/spot3_0d_3.png" --strokes "$train/spot3_0d_3_labels.png" --region $part \
    --names $names -o "$folder/strokes.png"

pairs=()
for labels in "$train"/*_labels.png; do
    pairs+=(--image "${labels%_labels.png}.png" --labels "$labels")
done
fastseg train "${pairs[@]}" --names $names -o "$work/ni.fastseg"

fastseg segment "$work/ni.fastseg" "$train/spot3_0d_3.png" -o "$work/found.tif"
fastseg preview "$train/spot3_0d_3.png" --segmentation "$work/found.tif" --strokes "$train/spot3_0d_3_labels.png" \
    --region $part -o "$folder/check.png"

fastseg segment "$work/ni.fastseg" "$test/spot2_0d_0.png" -o "$work/labels.tif"
fastseg preview "$test/spot2_0d_0.png" --segmentation "$work/labels.tif" --outlines --side-by-side \
    --region 0,0,300,300 -o "$folder/result.png"

fastseg score "$work/labels.tif" "$test/spot2_0d_0_gt.png" --truth-offset 1
fastseg preview "$test/spot2_0d_0.png" --segmentation "$work/labels.tif" --truth "$test/spot2_0d_0_gt.png" --truth-offset 1 \
    --region $part -o "$folder/mistakes.png"
