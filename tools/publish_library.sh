#!/usr/bin/env bash
# The C library in a folder: tools/publish_library.sh [--built] [FOLDER], by default out/library. tools/publish.sh --library calls it.
#   include/fastseg.h    lib/libfastseg.so    lib/pkgconfig    lib/cmake/fastseg    share/doc/fastseg (licences)
#   lib/fastseg          our assemblies, compiled ahead of time; models; dotnet: a private .NET runtime
# It runs on a Linux x64 machine without .NET. Training needs libxgboost there, or in lib/fastseg/native.
# --built takes the assemblies that the last Release build left, and neither a runtime (DOTNET_ROOT or the installed one is used) nor
# models: for tests.
# A file that an earlier run wrote and this one does not is removed; no other file is, and none is written over.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
built=
if [[ ${1:-} == --built ]]; then built=1; shift; fi
folder=${1:-$root/out/library}
list=share/doc/fastseg/files.txt

die() { echo "publish_library.sh: $*" >&2; exit 1; }

mkdir -p "$folder"
folder=$(cd "$folder" && pwd -P)
# In the target's own file system, so that files are moved into place.
work=$(mktemp -d "$folder/.publish.XXXXXX")
trap 'rm -rf "$work"' EXIT
tree=$work/tree
assemblies=$tree/lib/fastseg
documents=$tree/share/doc/fastseg
mkdir -p "$tree/include" "$tree/lib/pkgconfig" "$tree/lib/cmake/fastseg" "$assemblies" "$documents"

# --- What is in it -----------------------------------------------------------------------------------------------------------------

if [[ -n $built ]]; then
    bin=$root/src/FastSeg.Interop/bin/Release/net10.0
    [[ -f $bin/FastSeg.Interop.dll ]] || die "$bin has no build; run dotnet build -c Release src/FastSeg.Interop."
    cp "$bin"/*.{dll,json,so*} "$assemblies/"
else
    dotnet publish "$root/src/FastSeg.Interop" -c Release -p:PublishReadyToRun=true -p:DebugType=none \
        -p:GenerateDocumentationFile=false -o "$assemblies" -v quiet -nologo
fi
# ONNX Runtime's package adds its libraries for Windows.
rm -f "$assemblies"/onnxruntime*.dll
cp "$root/src/FastSeg.Interop/include/fastseg.h" "$tree/include/"
"$root/src/FastSeg.Interop/shim/build.sh" "$tree/lib/libfastseg.so"

# The runtime of the SDK that built it: FastSeg needs no newer one.
add_runtime() {
    local dotnet version
    dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")")
    version=$(dotnet --list-runtimes | awk '$1 == "Microsoft.NETCore.App" && $2 ~ /^10\./ { print $2 }' | sort -V | tail -1)
    [[ -d $dotnet/shared/Microsoft.NETCore.App/$version && -d $dotnet/host/fxr/$version ]] ||
        die "there is no .NET 10 runtime in $dotnet; install the .NET 10 SDK."
    mkdir -p "$assemblies/dotnet/host/fxr" "$assemblies/dotnet/shared/Microsoft.NETCore.App"
    cp -r "$dotnet/host/fxr/$version" "$assemblies/dotnet/host/fxr/"
    cp -r "$dotnet/shared/Microsoft.NETCore.App/$version" "$assemblies/dotnet/shared/Microsoft.NETCore.App/"
    # What serves debuggers and dumps only.
    rm -f "$assemblies/dotnet/shared/Microsoft.NETCore.App/$version"/{libmscordaccore.so,libmscordbi.so,createdump}
    mkdir -p "$documents/dotnet"
    cp "$dotnet/LICENSE.txt" "$dotnet/ThirdPartyNotices.txt" "$documents/dotnet/"
}
if [[ -z $built ]]; then
    add_runtime
    cp -r "$root/models" "$assemblies/"
fi

# --- How others find it ------------------------------------------------------------------------------------------------------------

version=$(dotnet msbuild "$root/src/FastSeg.Interop/FastSeg.Interop.csproj" -nologo -getProperty:Version)
cat >"$tree/lib/pkgconfig/fastseg.pc" <<END
prefix=\${pcfiledir}/../..
libdir=\${prefix}/lib
includedir=\${prefix}/include

Name: fastseg
Description: Segments micrographs: filters, transformer features, boosted trees
Version: $version
Libs: -L\${libdir} -lfastseg
Cflags: -I\${includedir}
END
cat >"$tree/lib/cmake/fastseg/fastsegConfig.cmake" <<'END'
# find_package(fastseg) gives the target fastseg::fastseg.
get_filename_component(_fastseg_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
if(NOT TARGET fastseg::fastseg)
  add_library(fastseg::fastseg SHARED IMPORTED)
  set_target_properties(fastseg::fastseg PROPERTIES
    IMPORTED_LOCATION "${_fastseg_prefix}/lib/libfastseg.so"
    IMPORTED_SONAME "libfastseg.so"
    INTERFACE_INCLUDE_DIRECTORIES "${_fastseg_prefix}/include")
endif()
unset(_fastseg_prefix)
END
cat >"$tree/lib/cmake/fastseg/fastsegConfigVersion.cmake" <<END
set(PACKAGE_VERSION "$version")
if(PACKAGE_FIND_VERSION VERSION_LESS_EQUAL PACKAGE_VERSION AND PACKAGE_FIND_VERSION_MAJOR EQUAL "${version%%.*}")
  set(PACKAGE_VERSION_COMPATIBLE TRUE)
  if(PACKAGE_FIND_VERSION VERSION_EQUAL PACKAGE_VERSION)
    set(PACKAGE_VERSION_EXACT TRUE)
  endif()
endif()
END

# --- Licences ----------------------------------------------------------------------------------------------------------------------

cp "$root/LICENSE" "$documents/"
# Each package's own licence files and notices, from where NuGet unpacked it.
add_notices() {
    local packages name version from file
    packages=$(dotnet nuget locals global-packages --list --force-english-output)
    packages=${packages#global-packages: }
    while read -r name version; do
        from=${packages%/}/${name,,}/$version
        [[ -d $from ]] || continue
        mkdir -p "$documents/packages/$name"
        for file in "$from"/{LICENSE,License,license,ThirdPartyNotices,THIRD-PARTY-NOTICES,NOTICE}*; do
            if [[ -f $file ]]; then cp "$file" "$documents/packages/$name/"; fi
        done
        sed -n '/<license/p; /<licenseUrl/p; /<projectUrl/p; /<copyright/p; /<authors/p' "$from/${name,,}.nuspec" \
            >"$documents/packages/$name/package.txt"
    done < <(grep -o '"[^"/]*/[0-9][^"]*": {' "$assemblies/FastSeg.Interop.deps.json" | tr -d '": {' | tr '/' ' ' | sort -u)
}
add_notices

# --- Into place --------------------------------------------------------------------------------------------------------------------

cd "$tree"
find . -type f -printf '%P\n' | LC_ALL=C sort >"$work/files.txt"
echo "$list" >>"$work/files.txt"
old=$work/old.txt
if [[ -f $folder/$list ]]; then LC_ALL=C sort -u "$folder/$list" >"$old"; else : >"$old"; fi
LC_ALL=C sort -u -o "$work/files.txt" "$work/files.txt"
while read -r file; do
    [[ ! -e $folder/$file ]] || die "$folder/$file exists and is not of an earlier run; choose another folder, or move it away."
done < <(LC_ALL=C comm -23 "$work/files.txt" "$old")
cp "$work/files.txt" "$list"
while read -r file; do
    mkdir -p "$folder/$(dirname "$file")"
    mv -f "$file" "$folder/$file"
done <"$work/files.txt"
while read -r file; do
    case $file in
    /* | *..*) continue ;;
    include/* | lib/* | share/*) rm -f "${folder:?}/$file" ;;
    esac
done < <(LC_ALL=C comm -13 "$work/files.txt" "$old")
echo "$folder: $(du -sh "$folder" | cut -f1), version $version"
