namespace FastSeg.Studio.Projects;

/// <summary>What the journal keeps of an image.</summary>
/// <param name="Id">"i1", "i2", ..., never given to another image of the project.</param>
/// <param name="Path">Where it lay, from the root.</param>
/// <param name="Relative">Where it lay, from the project's folder: where both moved together, it is found by this.</param>
internal sealed record ImageEntry(string Id, string Path, string Relative)
{
    public int Pages { get; init; }

    public long Width { get; init; }

    public long Height { get; init; }

    public int Channels { get; init; }

    public SampleType? Type { get; init; }
}
