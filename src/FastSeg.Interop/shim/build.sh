#!/usr/bin/env bash
# Builds the shim: build.sh FILE [FLAG...] writes FILE (libfastseg.so). Needs gcc, g++ and the .NET 10 SDK, whose host pack has nethost.
# CC, CXX and CFLAGS are honoured.
set -euo pipefail

shim=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
out=$1
shift
cc=${CC:-gcc} cxx=${CXX:-g++}
for tool in "$cc" "$cxx"; do
    if ! command -v "$tool" >/dev/null; then
        echo "$tool is missing; install a C and C++ compiler (Debian and Ubuntu: package g++)." >&2
        exit 1
    fi
done

# The SDK knows where its packs are and which of them is its own.
property() { dotnet msbuild "$shim/../FastSeg.Interop.csproj" -nologo "-getProperty:$1" 2>/dev/null; }
if [[ -z ${FASTSEG_NETHOST:-} ]]; then
    FASTSEG_NETHOST=$(property NetHostFolder)
fi
if [[ ! -f $FASTSEG_NETHOST/libnethost.a ]]; then
    echo "libnethost.a is not in $FASTSEG_NETHOST; install the host pack of the .NET 10 SDK, or set FASTSEG_NETHOST to its folder." >&2
    exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The functions are listed in exports.map; nethost is C++, and its library is linked in so that nothing of it is needed at run time.
objects=()
for source in fastseg hosting messages; do
    # shellcheck disable=SC2086
    "$cc" -std=gnu11 -D_GNU_SOURCE -O2 -g -fPIC -fvisibility=hidden -Wall -Wextra -Werror ${CFLAGS:-} "$@" -DNETHOST_USE_AS_STATIC \
        -I "$shim/../include" -isystem "$FASTSEG_NETHOST" -c "$shim/$source.c" -o "$work/$source.o"
    objects+=("$work/$source.o")
done
"$cxx" -shared -static-libgcc -static-libstdc++ -Wl,--version-script="$shim/exports.map" -Wl,-z,nodelete -Wl,-z,defs \
    -Wl,-soname,libfastseg.so "$@" -o "$work/out.so" "${objects[@]}" "$FASTSEG_NETHOST/libnethost.a" -ldl -lpthread
mv "$work/out.so" "$out"
