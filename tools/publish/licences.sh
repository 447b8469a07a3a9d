# The licences of the packages that a program ships, from the packages themselves.

# write_licences DEPS_JSON FOLDER [PACKAGE/VERSION...]: a table README.md, and a folder of texts for each package that a program's
# .deps.json names, for the .NET that lies beside it, and for the other packages that are named.
write_licences() {
    local deps=$1 folder=$2 packages package
    shift 2
    packages=$(dotnet nuget locals global-packages --list | sed 's/^[^:]*: //')
    mkdir -p "$folder"
    {
        echo "# What others made of this"
        echo
        echo "FastSeg itself, its models and its sample images are under the MIT licence; their folders say more. The packages below lie"
        echo "beside it, each under its own licence, whose texts and notices are in the folder of its name."
        echo
        echo "| package | version | licence |"
        echo "| --- | --- | --- |"
        for package in $(packages_in "$deps") "$@"; do
            write_licence "${packages%/}/${package,,}" "$folder"
        done
    } >"$folder/README.md"
}

# The packages of a .deps.json as name/version.
packages_in() {
    {
        sed -n 's/^ *"path": "\([^"]*\)".*/\1/p' "$1"
        sed -n 's/^ *"runtimepack\.\([^"]*\)": {.*/\1/p' "$1"
    } | LC_ALL=C sort -fu
}

# write_licence PACKAGE FOLDER: copies its texts, and prints its row.
write_licence() {
    local package=$1 name version expression into
    name=$(nuspec "$package" id)
    version=$(basename "$package")
    [[ -n $name ]] || die "the package $package is not in NuGet's folder; publish again with the network there."
    expression=$(sed -n 's/.*<license type="expression">\([^<]*\)<.*/\1/p' "$package"/*.nuspec)
    into=$2/$name
    mkdir -p "$into"
    find "$package" -maxdepth 1 -type f \( -iname 'licen[cs]e*' -o -iname 'third*notice*' -o -iname 'notice*' -o -iname 'copying*' \) \
        -exec cp {} "$into/" \;
    if [[ -z $(find "$into" -iname 'licen[cs]e*' -o -iname 'copying*') ]]; then
        licence_text "$name" "$expression" "$(nuspec "$package" copyright)" >"$into/LICENSE.txt"
    fi
    echo "| $name | $version | ${expression:-its own text} |"
}

# nuspec PACKAGE ELEMENT: what its description says.
nuspec() { sed -n "s/.*<$2>\([^<]*\)<.*/\1/p" "$1"/*.nuspec 2>/dev/null | head -n 1; }

# licence_text NAME EXPRESSION COPYRIGHT: for packages that name their licence without its text.
licence_text() {
    local own=$root/tools/licences/$1.txt standard=$root/tools/licences/$2.txt
    if [[ -f $own ]]; then
        cat "$own"
    elif [[ -n $2 && -f $standard ]]; then
        printf '%s, %s\n\n' "$1" "$3"
        cat "$standard"
    else
        die "the package $1 has no text of its licence (${2:-it names none}); put one into $own."
    fi
}
