# The command line, for machines without .NET.

default=$root/out/publish

# furnish FOLDER: what the program finds beside itself, and what its reader does.
furnish() {
    mkdir -p "$1/samples"
    cp -r "$root/models" "$root/LICENSE" "$1/"
    cp -r "$root/samples/ni" "$1/samples/"
    cp "$root/tools/publish/program.md" "$1/README.md"
}

publish() {
    command -v xz >/dev/null || die "xz is not on PATH; install Debian's package xz-utils."
    begin "$1" fastseg fastseg fastseg-linux-x64.tar.xz
    local program=$stage/fastseg
    # A build of its own: the repository's bin and obj folders stay as they are.
    dotnet publish "$root/src/FastSeg.Cli" -c Release -r linux-x64 --self-contained --artifacts-path "$root/out/publishing" \
        -p:PublishReferencesDocumentationFiles=false -o "$program" -v quiet -nologo
    mv "$program/FastSeg.Cli" "$program/fastseg"
    furnish "$program"
    write_licences "$program/FastSeg.Cli.deps.json" "$program/licences"
    "$program/fastseg" --version
    tar -C "$stage" -cf - fastseg | xz -T0 -3 >"$stage/fastseg-linux-x64.tar.xz"
    finish
    du -sh "$folder/fastseg" "$folder/fastseg-linux-x64.tar.xz"
}
