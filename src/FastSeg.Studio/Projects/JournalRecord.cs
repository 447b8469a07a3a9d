using FastSeg.Studio.Settings;

namespace FastSeg.Studio.Projects;

/// <summary>One line of the journal. Besides version and time it has one of the others.</summary>
/// <param name="Version">Number of the record, from 1.</param>
/// <param name="Time">When it was written, for people who read the file.</param>
internal sealed record JournalRecord(long Version, DateTime Time)
{
    /// <summary>What a person did.</summary>
    public Operation? Do { get; init; }

    /// <summary>Width and height of the page of <see cref="Do"/>: the labels can be made again where the image is missing.</summary>
    public long[]? Size { get; init; }

    /// <summary>The last operation was undone; the id of the request.</summary>
    public string? Undo { get; init; }

    /// <summary>The last undone operation was done again; the id of the request.</summary>
    public string? Redo { get; init; }

    /// <summary>Images that came into the list.</summary>
    public ImageEntry[]? Images { get; init; }

    /// <summary>The classes that a project begins with.</summary>
    public ProjectClass[]? Classes { get; init; }

    /// <summary>Other settings.</summary>
    public ProjectSettings? Settings { get; init; }
}
