namespace FastSeg;

/// <summary>What backends are called.</summary>
public static class BackendKinds
{
    /// <summary>The backend's name in lower case, as reports and command lines write it: "cpu", "cuda", "opencl", ..</summary>
    public static string Name(this BackendKind kind) => kind.ToString().ToLowerInvariant();
}
