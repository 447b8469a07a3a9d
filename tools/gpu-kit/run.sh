#!/usr/bin/env bash
# Measures FastSeg on this machine's GPU: run.sh OUT [MINUTES], 8 minutes where it is not said. README.md says what comes of it.
# run.sh OUT --simulated tries the kit on a simulated device, in under two minutes.
set -euo pipefail

kit=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)

# Nothing of this machine's .NET takes part, and nothing is written outside of OUT and the temporary folder.
export DOTNET_ROOT=$kit/dotnet DOTNET_MULTILEVEL_LOOKUP=0 DOTNET_EnableDiagnostics=0 DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
export PATH=${PATH:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}

exec "$kit/dotnet/dotnet" "$kit/app/FastSeg.Perf.dll" kit run "$@"
