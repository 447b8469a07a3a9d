namespace FastSeg;

/// <summary>Chooses where to compute. A device is opened once for the whole process.</summary>
public static class Engines
{
    /// <summary>The engine for a choice.</summary>
    internal static Engine Choose(BackendKind kind) => CpuEngine.Instance;
}
