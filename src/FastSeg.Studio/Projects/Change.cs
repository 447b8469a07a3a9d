namespace FastSeg.Studio.Projects;

/// <summary>What an operation, an undo or a redo changed.</summary>
/// <param name="Version">The project's version afterwards.</param>
/// <param name="Image">The image that it concerns; null where it concerns classes, or several images.</param>
/// <param name="Page">The page of the image.</param>
/// <param name="Region">
/// The smallest rectangle of all changed pixels. Null: with an image no pixel changed; without one, and with
/// <paramref name="ClassesChanged"/>, pixels of any image may have changed.
/// </param>
/// <param name="ClassesChanged">Whether the list of classes is another one.</param>
/// <param name="Duplicate">The operation had been accepted before, and nothing was done now.</param>
/// <param name="Nothing">There was nothing to undo or to redo.</param>
internal sealed record Change(
    long Version, string? Image = null, int Page = 0, Region? Region = null, bool ClassesChanged = false, bool Duplicate = false,
    bool Nothing = false)
{
    /// <summary>The id of the operation or request.</summary>
    public string? Id { get; init; }

    /// <summary>Whether images or settings changed, not labels or classes.</summary>
    public bool ListChanged { get; init; }
}
