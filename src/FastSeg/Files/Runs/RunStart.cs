namespace FastSeg.Files.Runs;

/// <summary>What a process does of a run.</summary>
internal enum RunTask
{
    /// <summary>Its results, or a block of them.</summary>
    Compute,

    /// <summary>What must be known of the whole image before blocks begin.</summary>
    Prepare,

    /// <summary>Puts the results of all blocks together.</summary>
    Finish,
}

/// <summary>One start of a run whose folder stays until all results have their names.</summary>
/// <param name="Run">What the run is.</param>
/// <param name="Resume">Whether a folder that is there already is gone on with.</param>
internal sealed record RunStart(RunIdentity Run, bool Resume)
{
    /// <summary>The share of the run that this process does; null where it does all.</summary>
    public RunBlock? Block { get; init; }

    /// <summary>What it does.</summary>
    public RunTask Task { get; init; }

    /// <summary>The name of its journal.</summary>
    public string JournalName => Task switch
    {
        RunTask.Prepare => Block?.JournalName ?? Prepared,
        RunTask.Finish => Finish,
        _ => Block?.JournalName ?? Whole,
    };

    /// <summary>Names of journals: of a run that is not done in blocks, of its preparation, and of putting it together.</summary>
    public const string Whole = "journal", Prepared = "prepared", Finish = "finish";

    /// <summary>What the journal of a preparation has once all images of a run of several are prepared.</summary>
    public const string AllPrepared = "all prepared";
}
