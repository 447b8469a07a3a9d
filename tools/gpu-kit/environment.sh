# The environment of the kit's programs, for scripts that know its folder as $kit.

# Nothing of this machine's .NET takes part, and nothing is written outside of the results and the temporary folder.
export DOTNET_ROOT=$kit/dotnet DOTNET_MULTILEVEL_LOOKUP=0 DOTNET_EnableDiagnostics=0 DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
export PATH=${PATH:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}

# In containers the driver's libraries may lie where the system does not look for them, unless somebody's environment says so.
for folder in /usr/local/nvidia/lib64 /usr/local/nvidia/lib /usr/lib/wsl/lib; do
    if [[ -e $folder/libcuda.so.1 ]]; then export LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$folder; fi
done
