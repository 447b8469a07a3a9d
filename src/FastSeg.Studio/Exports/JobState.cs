namespace FastSeg.Studio.Exports;

/// <summary>A job as the page shows it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">What it does.</param>
/// <param name="State">"waiting", "running", "done", "failed" or "cancelled".</param>
internal sealed record JobState(string Id, string Kind, string State)
{
    /// <summary>Pages that are done.</summary>
    public int Done { get; init; }

    /// <summary>Pages that there are.</summary>
    public int Total { get; init; }

    /// <summary>How long it will still take; null while that is not known.</summary>
    public double? SecondsLeft { get; init; }

    /// <summary>What it does at the moment, or how it ended, in words.</summary>
    public string Text { get; init; } = "";

    /// <summary>Whether it has ended.</summary>
    public bool Ended => State is not ("waiting" or "running");
}
