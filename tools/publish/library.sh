# The C library, for programs in C, C++, Python and others:
#   include/fastseg.h    lib/libfastseg.so    lib/pkgconfig    lib/cmake/fastseg    share/doc/fastseg (README, licences)
#   lib/fastseg          our assemblies, compiled ahead of time; models; dotnet: a .NET runtime of its own
# With built=1, for tests, it takes the assemblies that the last Release build left, and neither a runtime (DOTNET_ROOT or the installed
# one is used) nor models.

default=$root/out/library

publish() {
    begin "$1" fastseg-library
    local assemblies=$stage/lib/fastseg documents=$stage/share/doc/fastseg version
    mkdir -p "$stage/include" "$stage/lib/pkgconfig" "$stage/lib/cmake/fastseg" "$assemblies" "$documents"
    version=$(dotnet msbuild "$root/src/FastSeg.Interop/FastSeg.Interop.csproj" -nologo -getProperty:Version)
    add_assemblies "$assemblies"
    cp "$root/src/FastSeg.Interop/include/fastseg.h" "$stage/include/"
    "$root/src/FastSeg.Interop/shim/build.sh" "$stage/lib/libfastseg.so"
    local from=$root/tools/publish/library
    sed "s/@VERSION@/$version/" "$from/fastseg.pc.in" >"$stage/lib/pkgconfig/fastseg.pc"
    sed "s/@VERSION@/$version/" "$from/fastsegConfigVersion.cmake.in" >"$stage/lib/cmake/fastseg/fastsegConfigVersion.cmake"
    cp "$from/fastsegConfig.cmake" "$stage/lib/cmake/fastseg/"
    cp "$from/README.md" "$root/LICENSE" "$documents/"
    if [[ -z $built ]]; then
        add_runtime "$assemblies/dotnet" "$documents/licences/dotnet"
        cp -r "$root/models" "$assemblies/"
        write_licences "$assemblies/FastSeg.Interop.deps.json" "$documents/licences"
    fi
    finish
    du -sh "$folder"
}

add_assemblies() {
    local bin=$root/src/FastSeg.Interop/bin/Release/net10.0
    if [[ -z $built ]]; then
        # A build of its own: the repository's bin and obj folders stay as they are.
        dotnet publish "$root/src/FastSeg.Interop" -c Release -p:PublishReadyToRun=true --artifacts-path "$root/out/publishing" \
            -p:PublishReferencesDocumentationFiles=false -o "$1" -v quiet -nologo
        rm -f "$1"/*.pdb
    else
        [[ -f $bin/FastSeg.Interop.dll ]] || die "$bin has no build; run dotnet build -c Release src/FastSeg.Interop."
        cp "$bin"/*.{dll,json,so*} "$1/"
    fi
    # ONNX Runtime's package brings its libraries for Windows as well.
    rm -f "$1"/onnxruntime*.dll
}
