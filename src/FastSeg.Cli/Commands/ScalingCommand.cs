using System.CommandLine;
using System.Globalization;
using System.Text;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;
using FastSeg.Cli.Options;
using FastSeg.Cli.Scaling;
using FastSeg.Cli.Sessions;

namespace FastSeg.Cli.Commands;

/// <summary>Measures how time and memory grow with the image, and draws it.</summary>
internal sealed class ScalingCommand : FastSegCommand
{
    private const long DefaultMemory = 1L << 30;
    private const int LeastSide = 64, MostSide = 65_536;

    private static readonly int[] Sizes = [512, 1024, 2048, 4096, 8192];

    /// <summary>Sides of the paper's Figure 3 c, and on from there.</summary>
    private static readonly int[] UpsamplerSizes = [224, 336, 448, 560, 672, 784, 1024, 2048, 4096, 8192];

    private static readonly string[] Upsamplers = ["nearest", "bilinear", "strided:2", "jbu", "learned"];

    private readonly Argument<string?> _model = new("M.fastseg")
    {
        Description = "The model to apply. [default: one trained on the sample's strokes with the options below]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string> _output = new("--output", "-o")
    {
        HelpName = "FOLDER",
        Description = "Where scaling.json, scaling.csv, scaling.md and the plots go.",
        Required = true,
    };

    private readonly Option<string?> _image = new("--image")
    {
        HelpName = "FILE",
        Description = "A grey image, repeated to each size; of a large one the upper left 4096 x 4096. [default: samples/ni]",
    };

    private readonly Option<int[]?> _sizes = new("--sizes")
    {
        HelpName = "A,B,..",
        Description = $"Columns and rows of the square images. [default: {string.Join(',', Sizes)}; with --upsamplers " +
            $"{string.Join(',', UpsamplerSizes)}]",
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            int[] sides = [.. text.Split(',').Select(part => Side(part.Trim()))];
            if (sides.Any(side => side is < LeastSide or > MostSide))
            {
                result.AddError(
                    $"--sizes {text}: give whole numbers from {LeastSide} to {MostSide} separated by commas, such as 512,1024,2048.");
            }
            return [.. sides.Distinct().Order()];
        },
    };

    private readonly Option<bool> _upsamplers = new("--upsamplers")
    {
        Description =
            "Measure the transformer of --deep (by default the one in the box) with each upsampler on its own, without trees.",
    };

    private readonly Option<string[]> _compare = new("--compare")
    {
        HelpName = "FOLDER",
        Description = "Draw this run and an earlier one's into one plot; given twice, nothing is measured, and the two are compared.",
        Arity = new ArgumentArity(0, 2),
    };

    private readonly Option<long> _memory = MemoryOption.Create("--memory", "Most memory that a run may use. [default: 1GiB]");
    private readonly FeatureOptions _features = new();
    private readonly DeepFeatureOptions _deep = new();

    public ScalingCommand() : base(
        "scaling", "Measures how time and memory grow with the image, and draws the curves.",
        "Every size is measured in a process of its own: the median of three runs from TIFF to TIFF (of one where a run takes longer " +
            "than a minute). A size that fails is a point of the plot, and the others go on. docs/scaling.md says how to read the curves.",
        "fastseg scaling -o curves/",
        "fastseg scaling m.fastseg --image sem.tif --sizes 1024,4096,16384 --threads 8 -o curves/",
        "fastseg scaling --upsamplers --sizes 224,448,1024 -o upsamplers/",
        "fastseg scaling --compare before/ --compare after/ -o both/")
    {
        Arguments.Add(_model);
        Array.ForEach((Option[])[_output, _image, _sizes, _upsamplers, _compare, _memory], Options.Add);
        _features.AddTo(this);
        _deep.AddTo(this);
    }

    public override CommonUse Uses => CommonUse.Threads | CommonUse.Backend | CommonUse.DeviceMemory;

    public override FileUse Files(ParseResult parsed) => new(
        [parsed.GetValue(_model), parsed.GetValue(_image), .. Compared(parsed).Select(FileIn)],
        [.. Written(parsed).Select(name => Path.Combine(parsed.GetRequiredValue(_output), name))]);

    public override int Run(Session session)
    {
        ParseResult parsed = session.Parsed;
        string folder = parsed.GetRequiredValue(_output);
        (string Name, ScalingResult Result)[] earlier =
            [.. Compared(parsed).Select(path => (Named(path), ScalingResult.Load(path)))];
        ScalingSettings? settings = earlier.Length == 2 ? null : Settings(session);
        Folder.Make(folder);
        WholeFile.Check(FileIn(folder));
        if (settings is null)
        {
            ScalingComparison.Save(earlier[0], earlier[1], folder);
            session.Output.WriteLine($"compared: {Path.Combine(folder, "comparison.md")}");
            return ExitCode.Success;
        }
        ScalingResult result = new ScalingRun(session, settings, folder).Run();
        Write(result, folder);
        if (earlier.Length == 1)
        {
            ScalingComparison.Save(earlier[0], (Named(folder), result), folder);
        }
        return Tell(session, result, folder);
    }

    private static int Side(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int side) ? side : 0;

    private string[] Compared(ParseResult parsed) => parsed.GetValue(_compare) ?? [];

    /// <summary>Names of what is written.</summary>
    private IEnumerable<string> Written(ParseResult parsed)
    {
        string[] plots = ["time", "memory", "stages"], compared = ["comparison_time", "comparison_memory"];
        int earlier = Compared(parsed).Length;
        return
        [
            .. earlier == 2 ? (string[])[] : [ScalingResult.FileName, "scaling.csv", "scaling.md", .. Pictures(plots)],
            .. earlier == 0 ? (string[])[] : ["comparison.md", .. Pictures(compared)],
        ];
    }

    private static IEnumerable<string> Pictures(IEnumerable<string> plots) =>
        plots.SelectMany(plot => (string[])[$"{plot}.png", $"{plot}.svg"]);

    private static string FileIn(string folder) => Path.Combine(folder, ScalingResult.FileName);

    private static string Named(string folder) => Path.GetFileName(Path.GetFullPath(folder).TrimEnd('/'));

    private static void Write(ScalingResult result, string folder)
    {
        WholeFile.Write(Path.Combine(folder, "scaling.csv"), Encoding.UTF8.GetBytes(ScalingTables.Csv(result)));
        WholeFile.Write(Path.Combine(folder, "scaling.md"), Encoding.UTF8.GetBytes(ScalingTables.Markdown(result)));
        ScalingPlots.Save(result, folder);
    }

    private int Tell(Session session, ScalingResult result, string folder)
    {
        foreach (ScalingSeries series in result.Series.Where(series => series.Time is not null))
        {
            session.Output.WriteLine($"{series.Name}: time grows with pixels to the {series.Time}, peak memory to the {series.Memory}");
        }
        if (session.Parsed.GetValue(_upsamplers))
        {
            session.Output.WriteLine($"{ScalingUpsamplers.Missing}");
        }
        session.Output.WriteLine($"tables and plots: {Path.Combine(folder, "scaling.md")}");
        if (result.Series.Any(series => series.Measured.Any()))
        {
            return ExitCode.Success;
        }
        throw new FastSegException("No size could be measured; the lines above say why.");
    }

    private ScalingSettings Settings(Session session)
    {
        ParseResult parsed = session.Parsed;
        bool upsamplers = parsed.GetValue(_upsamplers);
        string? given = parsed.GetValue(_model), image = parsed.GetValue(_image);
        if (given is not null && (upsamplers || _features.Given(parsed) || _deep.Other(parsed) is not null))
        {
            throw new UsageException(
                $"{given} has its features already; leave the model out, or --upsamplers and the options that describe features.");
        }
        string[] images = image is null ? SampleFolder.Micrographs(SampleFolder.Find()) : [image];
        string of = image is null ? "mosaics of the sample's Ni micrographs" : $"mosaics of {Path.GetFileName(image)}";
        int[] sizes = parsed.GetValue(_sizes) is { Length: > 0 } sides ? sides : upsamplers ? UpsamplerSizes : Sizes;
        long memory = parsed.GetValue(_memory) is > 0 and var limit ? limit : DefaultMemory;
        string what = upsamplers
            ? $"Deep features of {of}, from the image to full resolution; {ScalingUpsamplers.Missing}. {ScalingUpsamplers.Paper}"
            : $"segment on {of}, {(given is null ? "a model trained on the sample's strokes" : Path.GetFileName(given))}, TIFF to TIFF";
        return new ScalingSettings(
            sizes, memory, Mosaic.Of(images), what,
            (run, scratch) => upsamplers ? UpsamplerJobs(run, scratch, memory) : [ModelJob(run, given, scratch, memory)]);
    }

    private (string Name, PointJob Job) ModelJob(Session session, string? model, string scratch, long memory)
    {
        string? backbone = _deep.Folder(session.Parsed) is { } folder ? BackboneOption.Named(folder) : null;
        string name = model is null ? backbone is null ? "classical" : "classical and deep" : Path.GetFileNameWithoutExtension(model);
        var job = new PointJob(0, "", Path.Combine(scratch, "labels.tif"), memory)
        {
            Model = model ?? Train(session, Path.Combine(scratch, "model.fastseg")),
            Backbone = backbone,
        };
        return (name, job);
    }

    private (string Name, PointJob Job)[] UpsamplerJobs(Session session, string scratch, long memory)
    {
        string backbone = BackboneOption.Named(_deep.Folder(session.Parsed) ?? ScalingUpsamplers.DefaultBackbone);
        var job = new PointJob(0, "", Path.Combine(scratch, "labels.tif"), memory) { Backbone = backbone };
        return [.. Upsamplers.Select(name => (name, job with { Upsampler = name }))];
    }

    private string Train(Session session, string path)
    {
        ParseResult parsed = session.Parsed;
        using Backbone? backbone = _deep.Open(session);
        DeepOptions? deep = _deep.Wanted(parsed, backbone);
        FeatureSpec features = _features.Spec(parsed, deep is not null);
        using TrainingSet set = SampleFolder.Training(SampleFolder.Find());
        TrainingResult result = session.Long(
            "training", 0, options => Segmenter.Train(set.Images, features, options: options, deep: deep));
        result.Model.Save(path);
        return path;
    }
}
