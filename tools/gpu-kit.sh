#!/usr/bin/env bash
# Makes the kit that measures FastSeg on a machine with an NVIDIA GPU in eight minutes: tools/gpu-kit.sh [FOLDER], by default out.
#   FOLDER/gpu-kit          a folder that needs nothing of that machine but NVIDIA's driver: no .NET, no network, no root
#   FOLDER/gpu-kit.tar.gz   the same, packed: what travels
#   FOLDER/gpu-kit.sha256   what this script wrote: a later run replaces these files, and touches no others
# gpu-kit/run.sh OUT [MINUTES] runs it there. docs/gpu.md says what it does and where to send its page.
# tools/gpu-kit.sh --as-built [FOLDER] takes the assemblies of the last Release build, for tests.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

die() { printf 'gpu-kit.sh: %s\n' "$*" >&2; exit 1; }

built=
if [[ ${1:-} == --as-built ]]; then built=1 && shift; fi
[[ ${1:-} != -* ]] || die "there is no option $1; give a folder, or nothing for $root/out."
[[ $# -le 1 ]] || die "one folder is all that it takes, and $# arguments were given."
command -v dotnet >/dev/null || die "dotnet is not on PATH; install the .NET 10 SDK (Debian and Ubuntu: package dotnet-sdk-10.0)."

source "$root/tools/publish/written.sh"
source "$root/tools/publish/licences.sh"
source "$root/tools/publish/runtime.sh"

release=bin/Release/net10.0
perf=$root/perf/FastSeg.Perf/$release
command=$root/src/FastSeg.Cli/$release

# Beyond this the kit and the repository's tree would not travel together in 60 MiB.
most=$((34 * 1024 * 1024))

# add_program FOLDER: the command line and the measurements, which share their assemblies. The natives lie beside them.
add_program() {
    mkdir -p "$1"
    cp "$command"/*.dll "$command/FastSeg.Cli.runtimeconfig.json" "$1/"
    cp "$perf"/*.dll "$perf/FastSeg.Perf.runtimeconfig.json" "$1/"
    # What draws plots, libvips and ONNX Runtime are left out: the kit's images are TIFFs, and the transformer's results come along.
    rm -f "$1"/{ScottPlot,SkiaSharp*,HarfBuzz*}.dll
    # Without the lists of dependencies, which name what is left out, the host takes the assemblies that it finds.
}

# trim_runtime FOLDER: takes out of a runtime what nothing in the kit loads.
trim_runtime() {
    local shared
    shared=$(echo "$1"/shared/Microsoft.NETCore.App/*)
    rm -f "$shared"/{libclrgc.so,libclrgcexp.so,libcoreclrtraceptprovider.so}
    rm -f "$shared"/System.Net.{Mail,HttpListener,Quic,WebClient,WebProxy,WebSockets*}.dll
    rm -f "$shared"/{Microsoft.VisualBasic*,System.Data*,System.Transactions*,System.Formats.Tar,System.Web*}.dll
    rm -f "$shared"/System.{Private.DataContractSerialization,Threading.Tasks.Dataflow,Linq.AsyncEnumerable}.dll
    # Plain TIFFs and npy are all that the kit reads: nothing looks into XML, as in OME's TIFFs.
    rm -f "$shared"/{Microsoft.CSharp,System.Private.Xml*,System.Net.{Http*,Security,Requests},System.ComponentModel.TypeConverter}.dll
    rm -f "$shared"/System.Text.Encoding.CodePages.dll
}

commit() { git -C "$root" rev-parse --short=12 HEAD 2>/dev/null || true; }

begin "${1:-$root/out}" gpu-kit gpu-kit gpu-kit.tar.gz
kit=$stage/gpu-kit
if [[ -z $built ]]; then
    for project in src/FastSeg.Cli perf/FastSeg.Perf; do dotnet build "$root/$project" -c Release -v quiet -nologo -clp:NoSummary; done
fi
[[ -f $perf/FastSeg.Perf.dll && -f $command/FastSeg.Cli.dll ]] || die "there is no Release build of FastSeg.Perf and FastSeg.Cli."
add_program "$kit/app"
add_runtime "$kit/dotnet" "$kit/licences/dotnet"
trim_runtime "$kit/dotnet"
cp "$(dirname "$(readlink -f "$(command -v dotnet)")")/dotnet" "$kit/dotnet/"
dotnet "$perf/FastSeg.Perf.dll" kit prepare "$kit" "$(commit)" >/dev/null
mkdir -p "$kit/peers"
cp "$root/perf/peers/upsampler.py" "$root/tools/gpu-kit/torch_peer.py" "$kit/peers/"
cp "$root"/tools/gpu-kit/{run.sh,fastseg,environment.sh,README.md} "$root/LICENSE" "$kit/"
write_licences "$command/FastSeg.Cli.deps.json" "$kit/licences"
tar -C "$stage" -czf "$stage/gpu-kit.tar.gz" gpu-kit
size=$(stat -c %s "$stage/gpu-kit.tar.gz")
[[ $size -le $most ]] || die "the kit is $size bytes packed, and at most $most may travel; leave something out."
finish
du -sh "$folder/gpu-kit" "$folder/gpu-kit.tar.gz"
