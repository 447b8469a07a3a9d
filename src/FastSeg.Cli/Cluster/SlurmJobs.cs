namespace FastSeg.Cli.Cluster;

/// <summary>The jobs of a submission.</summary>
/// <param name="Blocks">Tasks of the array.</param>
/// <param name="Prepare">Number of the job that comes first; null where nothing must be prepared.</param>
/// <param name="Segment">Number of the array that segments.</param>
/// <param name="Finish">Number of the job that comes last.</param>
internal sealed record SlurmJobs(int Blocks, string? Prepare, string Segment, string Finish)
{
    /// <summary>The numbers of all of them, in the order in which they run.</summary>
    public IReadOnlyList<string> All() => [.. ((string?[])[Prepare, Segment, Finish]).OfType<string>()];

    /// <summary>Whether nothing is missing, as in a file that somebody else wrote.</summary>
    internal bool IsWhole => Blocks > 0 && Segment is not null && Finish is not null;
}
