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

    /// <summary>The classical features.</summary>
    public FeatureSpec Features() => Preset == "weka" ? FeatureSpec.Weka : FeatureSpec.Paper;

    /// <summary>How the trees are trained.</summary>
    public TrainingOptions Training() => new() { Seed = Seed };

    /// <summary>
    /// What is done to the probabilities on screen. A view sees a part of a page, so that its areas cannot be counted: where the model is
    /// to count them, the view shows the plain guided filter.
    /// </summary>
    public Smoothing LiveSmoothing() => Smooth == "none" ? Smoothing.None : Smoothing.Guided();

    /// <summary>The deep features, of an open backbone.</summary>
    public DeepOptions DeepOptions(Backbone backbone) => new(backbone)
    {
        Upsampling = Upsampler switch
        {
            "nearest" => Upsampling.Nearest,
            "bilinear" => Upsampling.Bilinear,
            "jbu" => Upsampling.JointBilateral,
            "learned" => Upsampling.Learned,
            _ => null,
        },
    };
}
