using System.CommandLine;
using System.Globalization;
using FastSeg.Backends;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Sessions;
using FastSeg.Cli.Text;
using FastSeg.Deep.Upsamplers;

namespace FastSeg.Cli.Options;

/// <summary>The options that say which deep features are computed behind the classical ones.</summary>
internal sealed class DeepFeatureOptions
{
    /// <summary>Threads of ONNX Runtime where none are asked for: windows then run at once.</summary>
    public const int NetworkThreads = 1;

    private const int MostChannels = 16384;

    /// <summary>How deep features are brought to full resolution by a network that is trained for the images at hand.</summary>
    private static readonly string[] Trained = ["finish", "train"];

    private const string TrainedHelp =
        "finish and train make a learned one for these images, without their labels: from MODELDIR's in a minute, from nothing in two. ";

    /// <summary>What --projection takes instead of a file.</summary>
    private const string Fit = "fit";

    private readonly Option<string?> _folder = new("--deep")
    {
        HelpName = "MODELDIR",
        Description =
            "Add deep features: the folder of a vision transformer (backbone.onnx, backbone.json), such as models/fastseg-vit-tiny-8-int8.",
    };

    private readonly Option<string?> _upsampler;

    private readonly Option<int> _channels = NumberOption.Whole(
        "--channels",
        "Deep channels: leading principal components of the transformer's tokens. " +
            $"[default: those that MODELDIR's upsampler takes, otherwise {DeepOptions.DefaultChannels}]",
        null, 1, MostChannels);

    private readonly Option<string?> _projection = new("--projection")
    {
        HelpName = "fit|FILE",
        Description =
            "The components at scale 1: fitted to these images, or those of a safetensors file. " +
            "[default: MODELDIR's projection.safetensors, fitted where it has none or fewer components than --channels]",
    };

    private readonly Option<string> _scales = new("--deep-scales")
    {
        Description =
            "At which scales the transformer sees a page, 2 being the page enlarged twice; each gets an equal part of --channels. " +
            "Scale 2 takes four times as long as scale 1.",
        DefaultValueFactory = _ => "1",
    };

    private readonly Option<InputRange?> _range = RangeOption.Create();

    private readonly Option<int> _threads = NumberOption.Whole(
        "--deep-threads",
        "Threads of the transformer for one window. They are part of its result, so a model keeps them and --threads does not change " +
        "them. With 1, as many windows run at once as there are threads; with more, one at a time.",
        NetworkThreads, 1, 1024);

    private readonly Option<bool?> _flips = FlipsOption.Create();
    private readonly Option<int[]?> _rgb = RgbOption.Create();

    /// <param name="trains">Whether an upsampler can be trained for the images at hand.</param>
    public DeepFeatureOptions(bool trains = false)
    {
        string[] words = ["nearest", "bilinear", "jbu", "strided:2", "strided:4", "learned", .. trains ? Trained : []];
        _upsampler = new Option<string?>("--upsampler")
        {
            HelpName = string.Join('|', words),
            Description =
                "How deep features are brought to full resolution; jbu (joint bilateral) weighs cells by how much they resemble the " +
                "pixel; strided:2 and strided:4 let the transformer see the page shifted by parts of a patch, which takes 4 and 16 " +
                $"times as long. {(trains ? TrainedHelp : "")}" +
                "[default: learned where MODELDIR's upsampler was trained for what it gets (projection, --channels, " +
                "--standardise image), otherwise bilinear]",
        };
        ChoiceOption.Only(_upsampler, words);
        ChoiceOption.Only(_scales, "1", "2", "1,2");
    }

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_folder, _upsampler, _channels, _projection, _scales, _range, _threads, _flips, _rgb])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The backbone's folder; null where it was not given.</summary>
    public string? Folder(ParseResult parsed) => parsed.GetValue(_folder);

    /// <summary>The projection's file; null where none was given.</summary>
    public string? Projection(ParseResult parsed) => parsed.GetValue(_projection) is { } given and not Fit ? given : null;

    /// <summary>The option besides --deep that was given; null for none.</summary>
    public string? Other(ParseResult parsed) =>
        ((Option[])[_upsampler, _channels, _projection, _scales, _range, _threads, _flips, _rgb])
            .FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false })?.Name;

    /// <summary>How an upsampler is to be trained for the images at hand; null where none is.</summary>
    public UpsamplerRecipe? Recipe(ParseResult parsed) => parsed.GetValue(_upsampler) switch
    {
        "finish" => UpsamplerRecipe.Finish,
        "train" => UpsamplerRecipe.Project,
        _ => null,
    };

    /// <summary>Opens the backbone; null where there is none. The caller disposes it.</summary>
    public Backbone? Open(Session session)
    {
        ParseResult parsed = session.Parsed;
        if (Folder(parsed) is { } folder)
        {
            Backbone backbone = Backbone.Open(
                BackboneOption.Named(folder), parsed.GetValue(_threads), BackendChoice.CudaOrdinal(session.Backend));
            session.Say(backbone.Note);
            return backbone;
        }
        return Other(parsed) is { } option
            ? throw new UsageException($"{option} is about deep features; name a backbone's folder with --deep MODELDIR, or leave it out.")
            : null;
    }

    /// <summary>Says which projection and which upsampling are used, and why.</summary>
    public static void Say(Session session, DeepOptions? deep, Standardisation standardise)
    {
        if (deep?.Choose(standardise) is { } choice)
        {
            session.Output.WriteLine($"projection: {deep.ChooseProjection().Reason}");
            session.Output.WriteLine($"deep features by {BackboneText.Of(choice.Upsampling, deep.Shifts)} upsampling: {choice.Reason}");
        }
    }

    /// <summary>What is wanted of an open backbone.</summary>
    public DeepOptions? Wanted(ParseResult parsed, Backbone? backbone)
    {
        if (backbone is null)
        {
            return null;
        }
        DeepOptions options = Wanted(parsed, new DeepOptions(backbone));
        return parsed.GetValue(_channels) is > 0 and var channels ? options with { Channels = channels } : options;
    }

    /// <summary>What is wanted, but for the number of channels.</summary>
    private DeepOptions Wanted(ParseResult parsed, DeepOptions defaults) => With(defaults, parsed.GetValue(_upsampler)) with
    {
        Projection = Projection(parsed) is { } file ? ProjectionFile.Load(file) : null,
        FitProjection = parsed.GetValue(_projection) == Fit,
        Scales = [.. parsed.GetValue(_scales)!.Split(',').Select(scale => int.Parse(scale, CultureInfo.InvariantCulture))],
        Range = parsed.GetValue(_range),
        FlipAverage = parsed.GetValue(_flips),
        Rgb = parsed.GetValue(_rgb) is { Length: > 0 } channels ? channels : null,
    };

    /// <summary>The same options with an upsampler by its word; null or another word leaves the choice to the library.</summary>
    public static DeepOptions With(DeepOptions options, string? upsampler) => options with
    {
        Upsampling = upsampler switch
        {
            "nearest" => Upsampling.Nearest,
            "bilinear" => Upsampling.Bilinear,
            "jbu" => Upsampling.JointBilateral,
            "learned" => Upsampling.Learned,
            _ => null,
        },
        Shifts = upsampler switch
        {
            "strided:2" => 2,
            "strided:4" => 4,
            _ => 1,
        },
    };
}
