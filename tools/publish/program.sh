# The command line, for machines without .NET.

default=$root/out/publish

# furnish FOLDER: what the program finds beside itself, and what its reader does.
furnish() {
    mkdir -p "$1/samples"
    cp -r "$root/models" "$root/LICENSE" "$1/"
    cp -r "$root/samples/ni" "$1/samples/"
    cp "$root/tools/publish/program.md" "$1/README.md"
}

# furnish_page FOLDER: the studio's page, and the viewer in it, with the viewer's licence.
furnish_page() {
    local web=$root/src/FastSeg.Studio/web viewer=node_modules/openseadragon version
    command -v npm >/dev/null || die "npm is not on PATH; the studio's page needs OpenSeadragon, which it gets (Debian: package npm)."
    (cd "$web" && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error >/dev/null)
    mkdir -p "$1/web/$viewer/build/openseadragon" "$1/licences/OpenSeadragon"
    cp -r "$web"/{index.html,*.css,*.svg,js} "$1/web/"
    cp -r "$web/$viewer/build/openseadragon"/{openseadragon.js,images} "$1/web/$viewer/build/openseadragon/"
    cp "$web/$viewer/LICENSE.txt" "$1/licences/OpenSeadragon/"
    version=$(sed -n 's/.*"version": "\([^"]*\)".*/\1/p' "$web/$viewer/package.json")
    echo "| OpenSeadragon | $version | BSD-3-Clause |" >>"$1/licences/README.md"
}

publish() {
    command -v xz >/dev/null || die "xz is not on PATH; install Debian's package xz-utils."
    begin "$1" fastseg fastseg fastseg-linux-x64.tar.xz
    local program=$stage/fastseg
    # A build of its own: the repository's bin and obj folders stay as they are.
    local project
    for project in FastSeg.Cli FastSeg.Studio; do
        dotnet publish "$root/src/$project" -c Release -r linux-x64 --self-contained --artifacts-path "$root/out/publishing" \
            -p:PublishReferencesDocumentationFiles=false -o "$program" -v quiet -nologo
    done
    mv "$program/FastSeg.Cli" "$program/fastseg"
    mv "$program/FastSeg.Studio" "$program/fastseg-studio"
    furnish "$program"
    write_licences "$program/FastSeg.Cli.deps.json" "$program/licences" \
        $(packages_in "$program/FastSeg.Studio.deps.json" | grep -vxF "$(packages_in "$program/FastSeg.Cli.deps.json")")
    furnish_page "$program"
    "$program/fastseg" --version
    tar -C "$stage" -cf - fastseg | xz -T0 -3 >"$stage/fastseg-linux-x64.tar.xz"
    finish
    du -sh "$folder/fastseg" "$folder/fastseg-linux-x64.tar.xz"
}
