# Replaces what an earlier run wrote into a folder, and nothing else: begin, then put files under $stage, then finish.
#
# FOLDER/NAME.sha256 lists the files that a run wrote, with their SHA-256. Only a file that is listed there, and is still as it was
# written, is replaced or removed. Where that does not do, the run ends with a sentence and has changed nothing.

folder='' list='' stage=''
declare -A ours=()

# begin FOLDER NAME ENTRY...: reads FOLDER/NAME.sha256 and makes $stage; ENTRYs are what will appear in FOLDER.
begin() {
    mkdir -p "$1"
    folder=$(cd "$1" && pwd -P)
    list=$folder/$2.sha256
    shift 2
    read_list
    refuse_changed
    local entry
    for entry; do
        if [[ -e $folder/$entry && ! -f $list ]]; then
            die "$folder/$entry is there already, and no list $list says that this script wrote it; name another folder."
        fi
    done
    stage=$(mktemp -d "$folder/.publishing.XXXXXX")
    trap 'rm -rf "$stage" "$stage.sha256"' EXIT
}

# finish: puts the files of $stage into FOLDER, in place of those of the earlier run.
finish() {
    local new=$stage.sha256
    (cd "$stage" && find . \( -type f -o -type l \) -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum --) >"$new"
    refuse_foreign "$new"
    # Until all is in its place, the list names the old files and the new ones: a run that breaks off can be repeated.
    if [[ -f $list ]]; then cat "$list" "$new"; else cat "$new"; fi >"$list.tmp"
    mv "$list.tmp" "$list"
    remove_ours
    local path
    while read -r _ path; do
        mkdir -p "$(dirname "$folder/$path")"
        mv -T "$stage/$path" "$folder/$path"
    done <"$new"
    mv "$new" "$list"
}

read_list() {
    local hash path
    ours=()
    [[ -f $list ]] || return 0
    while read -r hash path; do
        if [[ ! $hash =~ ^[0-9a-f]{64}$ || -z $path || $path == /* || /$path/ == */../* ]]; then
            die "$list is not as this script wrote it; remove it and what it lists, or name another folder."
        fi
        ours[$path]+=" $hash"
    done <"$list"
}

is_there() { [[ -e $folder/$1 || -L $folder/$1 ]]; }

refuse_changed() {
    local hash path sums there=()
    for path in "${!ours[@]}"; do
        if ! is_there "$path"; then continue; fi
        [[ -f $folder/$path ]] || die "$folder/$path is no file any more; move it away, or name another folder."
        there+=("$path")
    done
    [[ ${#there[@]} != 0 ]] || return 0
    sums=$(cd "$folder" && sha256sum -- "${there[@]}")
    while read -r hash path; do
        if [[ ${ours[$path]} != *$hash* ]]; then
            die "$folder/$path was changed since this script wrote it; move it away, or name another folder."
        fi
    done <<<"$sums"
}

refuse_foreign() {
    local path parent
    while read -r _ path; do
        if is_there "$path" && [[ -z ${ours[$path]:-} ]]; then
            die "$folder/$path would be replaced, but this script did not write it; move it away, or name another folder."
        fi
        parent=$path
        while [[ $parent == */* ]]; do
            parent=${parent%/*}
            if is_there "$parent" && [[ -L $folder/$parent || ! -d $folder/$parent ]] && [[ -z ${ours[$parent]:-} ]]; then
                die "$folder/$parent has to be a folder, and is not; move it away, or name another folder."
            fi
        done
    done <"$1"
}

# Removes the listed files, and the folders that are empty without them.
remove_ours() {
    local path
    for path in "${!ours[@]}"; do rm -f "$folder/$path"; done
    for path in "${!ours[@]}"; do
        if [[ $path == */* && -d $folder/${path%/*} ]]; then
            (cd "$folder" && rmdir -p --ignore-fail-on-non-empty "${path%/*}")
        fi
    done
}
