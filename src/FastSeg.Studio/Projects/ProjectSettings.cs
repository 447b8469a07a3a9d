namespace FastSeg.Studio.Projects;

/// <summary>How the project's model is trained: what the command line of <c>fastseg train</c> says besides images and labels.</summary>
internal sealed record ProjectSettings
{
    /// <summary>--preset: paper or weka.</summary>
    public string Preset { get; init; } = "paper";

    /// <summary>--smooth: none, guided, safe or auto.</summary>
    public string Smooth { get; init; } = "none";

    /// <summary>--deep: the folder of a backbone; null for classical features alone.</summary>
    public string? Deep { get; init; }

    /// <summary>--upsampler; null for the backbone's own.</summary>
    public string? Upsampler { get; init; }

    /// <summary>--seed.</summary>
    public int Seed { get; init; }
}
