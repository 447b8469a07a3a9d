#!/usr/bin/env bash
# Measures FastSeg on this machine's GPU: run.sh OUT [MINUTES], 8 minutes where it is not said. README.md says what comes of it.
# run.sh OUT --simulated tries the kit on a simulated device, in under two minutes.
set -euo pipefail

kit=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd -P)
source "$kit/environment.sh"

exec "$kit/dotnet/dotnet" "$kit/app/FastSeg.Perf.dll" kit run "$@"
