using System.CommandLine;
using System.Diagnostics;
using FastSeg.Cli.Cluster;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;
using FastSeg.Cli.Options;
using FastSeg.Cli.Scaling;
using FastSeg.Cli.Sessions;
using FastSeg.Cli.Text;

namespace FastSeg.Cli.Commands;

/// <summary>Has images segmented by the tasks of a SLURM array.</summary>
internal sealed class SlurmCommand : FastSegCommand
{
    private readonly Argument<string> _model = new("M.fastseg") { Description = "The model." };

    private readonly Argument<string[]> _images = new("IMAGE")
    {
        Description = "The images or stacks to segment, as segment takes them.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string> _output = new("--output", "-o")
    {
        HelpName = "OUT.ome.zarr",
        Description = "The label map, on a disk that all machines share. Scripts and logs go to OUT.ome.zarr.slurm beside it.",
        Required = true,
    };

    private readonly SlurmOptions _slurm = new();
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Print the scripts, and do nothing else." };
    private readonly OutputOptions _what = new();
    private readonly ZarrOptions _zarr = new();
    private readonly Option<string?> _deep = BackboneOption.Create();
    private readonly OpeningOptions _opening = new();
    private readonly Option<bool> _strict = StrictOption.Create();

    public SlurmCommand() : base(
        "slurm", "Segments images in the tasks of a SLURM array, and puts the parts together.",
        "Writes the batch scripts, submits them and prints the numbers of the jobs: one that finds out what needs the whole image, " +
            "where something does; an array that looks for the areas of safe smoothing, where that is wanted; " +
            "an array of which each task does one block and resumes it after a failure, at most three times; and " +
            "one that finishes. `fastseg slurm status OUT` says how far they are. Account and the like: SLURM's own variables, such as " +
            "SBATCH_ACCOUNT.",
        "fastseg slurm m.fastseg scan.tif -o labels.ome.zarr --jobs 16 --cpus 8 --memory 8GiB --time 2:00:00",
        "fastseg slurm m.fastseg a.ome.zarr b.ome.zarr -o labels.ome.zarr --jobs 64 --partition long --array-limit 20",
        "fastseg slurm m.fastseg scan.tif -o labels.ome.zarr --jobs 4 --dry-run")
    {
        Subcommands.Add(new SlurmStatusCommand());
        Array.ForEach((Argument[])[_model, _images], Arguments.Add);
        Array.ForEach((Option[])[_output, _dryRun, _deep, _strict], Options.Add);
        Array.ForEach((Action<Command>[])[_slurm.AddTo, _what.AddTo, _zarr.AddTo, _opening.AddTo], add => add(this));
    }

    /// <inheritdoc/>
    public override CommonUse Uses => CommonUse.Backend;

    public override FileUse Files(ParseResult parsed) => new(
        [parsed.GetRequiredValue(_model), _what.MaskPath(parsed), .. parsed.GetRequiredValue(_images)], [parsed.GetRequiredValue(_output)]);

    public override int Run(Session session)
    {
        ParseResult parsed = session.Parsed;
        string output = Path.TrimEndingDirectorySeparator(parsed.GetRequiredValue(_output));
        if (!OutputPaths.IsZarr(output))
        {
            throw new UsageException($"-o {output}: several tasks write one OME-Zarr together; give a name that ends in .ome.zarr.");
        }
        var folder = new SlurmFolder(Path.GetFullPath(output));
        SlurmRequest request = _slurm.Request(parsed);
        (BlockCommands commands, int blocks, string about) = Look(session, output, request);
        var submission = new SlurmSubmission(output, blocks, request, commands);
        if (parsed.GetValue(_dryRun))
        {
            Print(session, submission);
            return ExitCode.Success;
        }
        Refuse(output, folder);
        SlurmJobs jobs = submission.Submit(folder);
        session.Output.WriteLine($"{output}: {blocks} task{(blocks == 1 ? "" : "s")}{about}");
        if (jobs.Prepare is not null)
        {
            session.Output.WriteLine($"  prepare  job {jobs.Prepare}");
        }
        if (jobs.Areas is not null)
        {
            session.Output.WriteLine($"  areas    job {jobs.Areas}, an array");
        }
        session.Output.WriteLine($"  segment  job {jobs.Segment}, an array");
        session.Output.WriteLine($"  finish   job {jobs.Finish}");
        session.Output.WriteLine($"Scripts and logs are in {folder.Path}; `fastseg slurm status {output}` says how far they are.");
        return ExitCode.Success;
    }

    /// <summary>Refuses what tasks would refuse later, and a second submission beside the first one.</summary>
    private static void Refuse(string output, SlurmFolder folder)
    {
        if (Path.Exists(output))
        {
            throw new FastSegException($"{output} is there already; name another, or remove that one.");
        }
        string? living = folder.Jobs() is { } before ? SlurmTool.States(before.All()).Keys.FirstOrDefault()?.Split('_')[0] : null;
        if (living is not null)
        {
            throw new FastSegException(
                $"{output}: job {living} of an earlier submission still waits or runs; wait for it, or `scancel {living}`.");
        }
    }

    /// <summary>Opens model and images, so that what is wrong with them is said here, and decides what is to be done.</summary>
    private (BlockCommands Commands, int Blocks, string About) Look(Session session, string output, SlurmRequest request)
    {
        ParseResult parsed = session.Parsed;
        string modelPath = parsed.GetRequiredValue(_model);
        string[] images = parsed.GetRequiredValue(_images);
        Model model = Model.Load(modelPath);
        using Backbone? backbone = BackboneOption.Open(session, model, modelPath, parsed.GetValue(_deep));
        ImageOptions opening = _opening.Wanted(parsed, model);
        using ImageReader? mask = _what.OpenMask(parsed, opening);
        SegmentOptions options = _what.Segment(parsed, mask);
        double pixels = 0;
        bool single = false;
        foreach (string path in images)
        {
            ImageStack? some = ImageFile.OpenStack(path, opening);
            using ImageReader one = some?.Open(0) ?? ImageFile.Open(path, opening);
            pixels += (double)(options.Region ?? one.Info.Bounds).Pixels * (some?.Count ?? 1);
            single |= some is null;
        }
        ImageStack? stack = ImageFile.OpenStack(images[0], opening);
        using ImageReader image = stack?.Open(0) ?? ImageFile.Open(images[0], opening);
        int most = _slurm.Jobs(parsed), blocks = most;
        string about = "";
        if (_slurm.MinBlock(parsed) > TimeSpan.Zero && most > 1)
        {
            double seconds = pixels / BlockRate.Of(model, backbone, image, options, request.Cpus, session.Options(0));
            blocks = BlockRate.Blocks(seconds, most, _slurm.MinBlock(parsed));
            about = $" of about {Units.Seconds(seconds / blocks)} each";
        }
        // Blocks of a stack look at the images that they segment.
        SmoothingMode smoothing = (options.Smoothing ?? model.Smoothing).Mode;
        bool prepares = single && (model.Features.Standardise == Standardisation.Image || smoothing != SmoothingMode.None);
        bool areas = single && smoothing == SmoothingMode.Safe && options.ClassWeights is null;
        return (Commands(parsed, output, blocks, request.Memory, (prepares, areas)), blocks, about);
    }

    private BlockCommands Commands(ParseResult parsed, string output, int blocks, long memory, (bool Whole, bool Areas) needs)
    {
        static string Line(IEnumerable<string> arguments)
        {
            ProcessStartInfo start = PointProcess.This(arguments);
            return ShellText.Line([start.FileName, .. start.ArgumentList]);
        }
        IEnumerable<string> images = Plain([parsed.GetRequiredValue(_model), .. parsed.GetRequiredValue(_images)]);
        return BlockCommands.Of(Line, [.. images, $"--output={output}", .. Own(parsed)], output, blocks, memory, needs);
    }

    private static void Print(Session session, SlurmSubmission submission)
    {
        foreach ((string file, string text) in submission.Files())
        {
            session.Output.WriteLine($"### {file}");
            session.Output.Write(text);
        }
    }

    /// <summary>Options that the tasks get as they were typed.</summary>
    private IEnumerable<string> Own(ParseResult parsed) =>
        from option in GivenOptions.Of(parsed, [_output.Name, _dryRun.Name, .. _slurm.Names])
        from text in option.Length == 1 ? [option[0]] : option.Skip(1).Select(value => $"{option[0]}={value}")
        select text;

    /// <summary>Names that no program takes for options.</summary>
    private static IEnumerable<string> Plain(IEnumerable<string> names) =>
        names.Select(name => name.StartsWith('-') ? $"./{name}" : name);
}
