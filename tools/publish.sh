#!/usr/bin/env bash
# A folder that runs on a Linux x64 machine without .NET, and the same folder packed: tools/publish.sh [FOLDER], by default out/publish.
# Training needs libxgboost on the machine, or in the folder; --backend cuda needs NVIDIA's driver and nothing else.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
folder=${1:-$root/out/publish}
rm -rf "$folder/fastseg"
mkdir -p "$folder"
dotnet publish "$root/src/FastSeg.Cli" -c Release -r linux-x64 --self-contained -p:DebugType=none -p:GenerateDocumentationFile=false \
    -o "$folder/fastseg" -v quiet -nologo
cp -r "$root/models" "$root/LICENSE" "$folder/fastseg/"
mv "$folder/fastseg/FastSeg.Cli" "$folder/fastseg/fastseg"
"$folder/fastseg/fastseg" --version
tar -C "$folder" -cf - fastseg | xz -T0 -3 >"$folder/fastseg-linux-x64.tar.xz"
du -h "$folder/fastseg-linux-x64.tar.xz"
