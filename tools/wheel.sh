#!/usr/bin/env bash
# Builds the Python packages and tries them: tools/wheel.sh [FOLDER], by default out/wheels.
#   FOLDER/fastseg-VERSION-py3-none-linux_x86_64.whl   the package with the C library inside: FASTSEG_LIBRARY's folder, or out/library,
#                                                      which is made where it is missing
#   FOLDER/fastseg_napari-VERSION-py3-none-any.whl     the napari plugin
# They are installed into a fresh environment, in which the example runs from the wheel alone. No index is asked: the Python that builds
# (PYTHON, by default python3, else /usr/bin/python3) must have setuptools, wheel, pip and numpy; Debian: python3-wheel python3-pip
# python3-venv python3-numpy. The tag linux_x86_64 installs anywhere; an index that is public takes manylinux tags only.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

die() { printf 'wheel.sh: %s\n' "$*" >&2; exit 1; }

[[ $# -le 1 && ${1:-} != -* ]] || die "a folder is all that it takes; out/wheels is the default."
folder=${1:-$root/out/wheels}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd -P)
library=${FASTSEG_LIBRARY:-$root/out/library}

python=
for candidate in ${PYTHON:+"$PYTHON"} python3 /usr/bin/python3; do
    if "$candidate" -c 'import setuptools, wheel, pip, venv, ensurepip, numpy' 2>/dev/null; then python=$candidate; break; fi
done
[[ -n $python ]] || die "no Python has setuptools, wheel, pip, venv and numpy; install Debian's python3-wheel, python3-pip, python3-venv \
and python3-numpy, or name a Python in PYTHON."

if [[ ! -f $library/lib/libfastseg.so ]]; then
    [[ -z ${FASTSEG_LIBRARY:-} ]] ||
        die "FASTSEG_LIBRARY is $library, which has no lib/libfastseg.so; name a folder that publish.sh --library made."
    "$root/tools/publish.sh" --library "$library"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$root/src/python" "$work/source"
cp -r "$library" "$work/source/fastseg/library"
cp "$root/LICENSE" "$work/source/"
cp "$root/LICENSE" "$work/source/napari/"

build() { "$python" -m pip wheel --quiet --no-index --no-deps --no-build-isolation --wheel-dir "$work/wheels" "$1"; }
build "$work/source"
build "$work/source/napari"

# A fresh environment, outside of everything that the package could find by its place in the repository.
"$python" -m venv --system-site-packages "$work/environment"
"$work/environment/bin/python" -m pip install --quiet --no-index --no-deps "$work/wheels"/*.whl
mkdir "$work/example"
cp "$root/src/python/examples/segment_micrograph.py" "$work/"
(
    cd "$work/example"
    env -u FASTSEG_LIBRARY -u PYTHONPATH "$work/environment/bin/python" ../segment_micrograph.py
    [[ -f model.fastseg && -f labels.npy ]] || die "the example left no results."
)

mv -f "$work/wheels"/*.whl "$folder/"
du -h "$folder"/*.whl
