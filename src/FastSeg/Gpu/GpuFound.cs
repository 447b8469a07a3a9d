namespace FastSeg;

/// <summary>One accelerator of this machine, or why there is none of a kind.</summary>
/// <param name="Backend">The backend that opens it.</param>
/// <param name="Name">Its name.</param>
/// <param name="MemoryBytes">Bytes of its memory; 0 where it uses the process's own.</param>
/// <param name="Details">Architecture, driver and the like; empty where there is no such device.</param>
/// <param name="PassedOver">Why it cannot be used; empty where it can.</param>
public sealed record GpuFound(BackendKind Backend, string Name, long MemoryBytes, string Details, string PassedOver)
{
    /// <summary>Whether there is such a device; otherwise <see cref="PassedOver"/> says why there is none.</summary>
    public bool Exists => Details.Length > 0;
}
