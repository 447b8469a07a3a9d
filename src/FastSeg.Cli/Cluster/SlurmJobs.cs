namespace FastSeg.Cli.Cluster;

/// <summary>The jobs of a submission.</summary>
/// <param name="Blocks">Tasks of the array.</param>
/// <param name="Prepare">Number of the job that comes first; null where nothing must be prepared.</param>
/// <param name="Segment">Number of the array that segments.</param>
/// <param name="Finish">Number of the job that comes last.</param>
internal sealed record SlurmJobs(int Blocks, string? Prepare, string Segment, string Finish)
{
    /// <summary>Number of the array that looks for the areas of safe smoothing; null where they are not needed.</summary>
    public string? Areas { get; init; }

    /// <summary>The numbers of all of them, in the order in which they run.</summary>
    public IReadOnlyList<string> All() => [.. ((string?[])[Prepare, Areas, Segment, Finish]).OfType<string>()];

    /// <summary>Whether nothing is missing, as in a file that somebody else wrote.</summary>
    internal bool IsWhole => Blocks > 0 && Segment is not null && Finish is not null;
}
