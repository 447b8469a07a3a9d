namespace FastSeg.Studio.Settings;

/// <summary>How the project's model is trained: what the command line of <c>fastseg train</c> says besides images and labels.</summary>
internal sealed record ProjectSettings
{
    private static readonly string[] Presets = ["paper", "weka"];
    private static readonly string[] Smoothings = ["none", "guided", "safe", "auto"];
    private static readonly string[] Upsamplers = ["nearest", "bilinear", "jbu", "learned"];

    /// <summary>Threads of the transformer where train's command line names none: they are part of its result.</summary>
    private const int NetworkThreads = 1;

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

    /// <summary>Refuses settings that <c>fastseg train</c> would refuse.</summary>
    /// <exception cref="FastSegException">One of them is out of its range.</exception>
    public void Check()
    {
        Check("preset", Preset, Presets);
        Check("smooth", Smooth, Smoothings);
        Check("upsampler", Upsampler ?? "learned", Upsamplers);
        if (Seed < 0)
        {
            throw new FastSegException($"The seed is {Seed}; it is a whole number from 0 on.");
        }
        if (Deep is { } deep && !Directory.Exists(BackboneFolders.Named(deep)))
        {
            throw new FastSegException($"There is no folder {deep} with a backbone; give one, or no deep features.");
        }
    }

    /// <summary>The classical features.</summary>
    public FeatureSpec Features() => Preset == "weka" ? FeatureSpec.Weka : FeatureSpec.Paper;

    /// <summary>How the trees are trained.</summary>
    public TrainingOptions Training() => new() { Seed = Seed };

    /// <summary>
    /// What is done to the probabilities on screen. A view sees a part of a page, so that its areas cannot be counted: where the model is
    /// to count them, the view shows the plain guided filter.
    /// </summary>
    public Smoothing LiveSmoothing() => Smooth == "none" ? Smoothing.None : Smoothing.Guided();

    /// <summary>Opens the backbone; null for classical features alone. The caller disposes it.</summary>
    /// <exception cref="FastSegException">It is missing or damaged.</exception>
    public Backbone? OpenBackbone() => Deep is { } folder ? Backbone.Open(BackboneFolders.Named(folder), NetworkThreads) : null;

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

    private static void Check(string what, string value, string[] words)
    {
        if (!words.Contains(value))
        {
            throw new FastSegException($"The setting {what} is {value}; it is one of {string.Join(", ", words)}.");
        }
    }
}
