#!/usr/bin/env bash
# Makes what runs on a Linux x64 machine without this repository: tools/publish.sh [FOLDER], by default out/publish.
#   FOLDER/fastseg                    the command line with its own .NET, the models, the demo's images, and the licences of all of it
#   FOLDER/fastseg-linux-x64.tar.xz   the same, packed
#   FOLDER/fastseg.sha256             what this script wrote: a later run replaces these files, and touches no others
# Training needs libxgboost on the machine, or in the folder; --backend cuda needs NVIDIA's driver and nothing else.
# tools/publish.sh --library [FOLDER] makes the C library instead, by default in out/library (publish/library.sh says what is in it); with
# --library-as-built it takes the assemblies of the last build and leaves out .NET and the models.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

die() { printf 'publish.sh: %s\n' "$*" >&2; exit 1; }

mode=program built=
case "${1:-}" in
--library) mode=library && shift ;;
--library-as-built) mode=library built=1 && shift ;;
-*) die "there is no option $1; give a folder, or nothing for $root/out/publish." ;;
esac
[[ $# -le 1 ]] || die "one folder is all that it takes, and $# arguments were given."

command -v dotnet >/dev/null || die "dotnet is not on PATH; install the .NET 10 SDK (Debian and Ubuntu: package dotnet-sdk-10.0)."

# Each mode is a file that defines publish FOLDER and the folder it takes by default.
source "$root/tools/publish/written.sh"
source "$root/tools/publish/licences.sh"
source "$root/tools/publish/runtime.sh"
source "$root/tools/publish/$mode.sh"
publish "${1:-$default}"
