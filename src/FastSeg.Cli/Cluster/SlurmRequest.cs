namespace FastSeg.Cli.Cluster;

/// <summary>What SLURM is asked for, for each task.</summary>
/// <param name="Partition">Where tasks run; null for the cluster's default.</param>
/// <param name="Time">The most time that a task takes, as SLURM writes it; null for the cluster's default.</param>
/// <param name="Memory">Bytes that FastSeg may use in a task; 0 for the cluster's default.</param>
/// <param name="Cpus">Cores of a task.</param>
/// <param name="ArrayLimit">Tasks of an array that run at once; 0 for no limit.</param>
internal sealed record SlurmRequest(string? Partition, string? Time, long Memory, int Cpus, int ArrayLimit)
{
    /// <summary>
    /// What SLURM counts besides the process: the shell around it, and pages of files that were read and written lately.
    /// </summary>
    private const long LeastBeside = 64L << 20;

    private const int BesideShare = 8;

    /// <summary>MiB that SLURM is asked for: the process's and an eighth more.</summary>
    public long MebibytesOfTask => (Memory + Math.Max(LeastBeside, Memory / BesideShare) + (1 << 20) - 1) >> 20;
}
