#!/usr/bin/env bash
# The NuGet packages FastSeg, FastSeg.Kernels, FastSeg.Deep and FastSeg.Images: tools/pack.sh [FOLDER], by default out/packages.
# docs/integrate.md says which package is for whom.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
command -v dotnet >/dev/null || {
    echo "pack.sh: dotnet is not on PATH; install the .NET 10 SDK (Debian and Ubuntu: package dotnet-sdk-10.0)." >&2
    exit 1
}
dotnet pack "$root/tools/packages.slnf" -c Release -o "${1:-$root/out/packages}" -v quiet -nologo -clp:NoSummary
