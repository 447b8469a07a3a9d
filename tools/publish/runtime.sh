# The .NET runtime that a folder brings along.

# add_runtime FOLDER NOTICES: copies the runtime that belongs to the SDK.
add_runtime() {
    local from version
    from=$(dirname "$(readlink -f "$(command -v dotnet)")")
    version=$(dotnet --list-runtimes | awk '$1 == "Microsoft.NETCore.App" && $2 ~ /^10\./ { print $2 }' | sort -V | tail -n 1)
    [[ -n $version && -d $from/shared/Microsoft.NETCore.App/$version && -d $from/host/fxr/$version ]] ||
        die "there is no .NET 10 runtime in $from; install the .NET 10 SDK."
    mkdir -p "$1/host/fxr" "$1/shared/Microsoft.NETCore.App" "$2"
    cp -r "$from/host/fxr/$version" "$1/host/fxr/"
    cp -r "$from/shared/Microsoft.NETCore.App/$version" "$1/shared/Microsoft.NETCore.App/"
    # What serves debuggers and dumps only.
    rm -f "$1/shared/Microsoft.NETCore.App/$version"/{libmscordaccore.so,libmscordbi.so,createdump}
    cp "$from/LICENSE.txt" "$from/ThirdPartyNotices.txt" "$2/"
}
