namespace FastSeg;

/// <summary>The names of backends.</summary>
public static class BackendKinds
{
    /// <summary>
    /// The backend's name in lower case, as reports and command lines write it: "auto", "cpu", "cuda", "opencl" or "simulated".
    /// </summary>
    public static string Name(this BackendKind kind) => kind.ToString().ToLowerInvariant();
}
