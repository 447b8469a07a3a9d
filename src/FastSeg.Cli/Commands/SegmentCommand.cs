using System.CommandLine;
using System.Diagnostics;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;
using FastSeg.Cli.Options;
using FastSeg.Cli.Reports;
using FastSeg.Cli.Resuming;
using FastSeg.Cli.Sessions;
using FastSeg.Cli.Text;
using FastSeg.Cli.Watching;
using FastSeg.Files;
using FastSeg.Files.Runs;
using FastSeg.Images.Zarr;
using FastSeg.Sessions;

namespace FastSeg.Cli.Commands;

/// <summary>Applies a model to images.</summary>
internal sealed class SegmentCommand : FastSegCommand
{
    private readonly Argument<string> _model = new("M.fastseg") { Description = "The model." };

    private readonly Argument<string[]> _images = new("IMAGE")
    {
        Description =
            "Images to segment: TIFF, PNG, JPEG, WebP, BMP, npy or OME-Zarr; FILE#2 is the second page of a TIFF, FILE#all all of them. " +
                "A folder is a stack of slices. Of an OME-Zarr, all slices and points in time that --select does not choose.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string> _output = new("--output", "-o")
    {
        HelpName = "OUT",
        Description =
            "The label map (.tif, .png, .npy, .ome.zarr), or a folder: when it ends in /, exists as one, or there are several images. " +
                "A folder gets STEM.tif for each image; an .ome.zarr holds those of several images as 0, 1, ..",
    };

    private readonly Option<string?> _into = new("--into-input")
    {
        HelpName = "NAME",
        Description =
            "Write the labels into the image's own OME-Zarr, as labels/NAME, where viewers look for them. [default NAME: the model's]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly WatchOptions _watch = new();
    private readonly ZarrOptions _zarr = new();

    private readonly OutputOptions _what = new();

    private readonly Option<string?> _format = new("--format")
    {
        HelpName = "tif|png|npy|ome.zarr",
        Description = "Format of the outputs in a folder. [default: tif]",
    };

    private readonly Option<string?> _deep = BackboneOption.Create();
    private readonly OpeningOptions _opening = new();
    private readonly ResumeOptions _resume = new();
    private readonly Option<bool> _strict = StrictOption.Create();
    private readonly Option<long> _memory = MemoryOption.Create();

    public SegmentCommand() : base(
        "segment", "Applies a model to images and prints each class's area fraction.",
        "Labels are 1..C in the order of the model's classes. " +
            "Probabilities and confidence go beside the labels, as STEM_probabilities and STEM_confidence. " +
            "A folder run goes on past an image that fails, lists the failures at the end and exits 1. " +
            "A watch goes on for ever; its exit code is the signal's.",
        "fastseg segment m.fastseg image.tif -o labels.tif",
        "fastseg segment m.fastseg scans/*.tif -o labels/ --probabilities uint8 --memory 2GiB",
        "fastseg segment m.fastseg sem.tif -o labels.png --region 0,0,1024,884",
        "fastseg segment m.fastseg image.tif -o labels.tif --smooth safe",
        "fastseg segment m.fastseg slide.tif -o labels.tif --pyramid",
        "fastseg segment m.fastseg scan.ome.zarr -o labels.ome.zarr",
        "fastseg segment m.fastseg stack.tif#all -o labels.tif",
        "fastseg segment m.fastseg slices/ -o labels.ome.zarr",
        "fastseg segment m.fastseg a.tif b.tif -o both.ome.zarr",
        "fastseg segment m.fastseg stack.ome.zarr --into-input --select t=0,z=12",
        "fastseg segment m.fastseg huge.tif -o labels.ome.zarr --memory 2GiB --resume",
        "fastseg segment m.fastseg --watch incoming -o labels/",
        "fastseg segment deep.fastseg image.tif --deep models/fastseg-vit-tiny-8-int8 -o labels.tif")
    {
        Arguments.Add(_model);
        Arguments.Add(_images);
        Options.Add(_output);
        _what.AddTo(this);
        ChoiceOption.Only(_format, "tif", "png", "npy", "ome.zarr");
        Options.Add(_format);
        _zarr.AddTo(this);
        Options.Add(_into);
        Options.Add(_deep);
        _resume.AddTo(this);
        _opening.AddTo(this);
        Options.Add(_strict);
        Options.Add(_memory);
        _watch.AddTo(this);
        Validators.Add(result =>
        {
            if (result.GetResult(_output) is null && result.GetResult(_into) is null)
            {
                result.AddError("Option '--output' is required.");
            }
            if (result.GetResult(_images) is not { Tokens.Count: > 0 } && !_watch.IsGiven(result))
            {
                result.AddError("Give an image to segment, or a folder by --watch.");
            }
        });
    }

    public override FileUse Files(ParseResult parsed) => new(
        [parsed.GetRequiredValue(_model), _what.MaskPath(parsed), .. parsed.GetRequiredValue(_images)],
        _watch.Folder(parsed) is null ? [.. Outputs(parsed).SelectMany(paths => paths.All)] : []);

    public override int Run(Session session)
    {
        ParseResult parsed = session.Parsed;
        string[] images = parsed.GetRequiredValue(_images);
        string? watched = _watch.Folder(parsed);
        if (watched is not null)
        {
            _watch.Check(parsed, IsInto(parsed) ? null : parsed.GetValue(_output), images, session.HasReport);
        }
        OutputPaths[] paths = watched is null ? Outputs(parsed) : [];
        string modelPath = parsed.GetRequiredValue(_model);
        Model model = ModelFirst.Load(Name, modelPath, images);
        session.Report.Model = session.Hash(modelPath);
        using Backbone? backbone = BackboneOption.Open(session, model, modelPath, parsed.GetValue(_deep));
        var segmenter = new Segmenter(model, backbone);
        ImageOptions opening = _opening.Wanted(parsed, model);
        ImageStack? masks = _what.OpenMasks(parsed, opening);
        using ImageReader? mask = masks is null ? _what.OpenMask(parsed, opening) : null;
        if (watched is not null)
        {
            using ImageReader? one = masks is null ? null : _what.OpenMask(parsed, opening);
            using var series = new ImageSeries(model, backbone, session.Options(parsed.GetValue(_memory)));
            new WatchRun(session, Watched(session, watched, modelPath, segmenter, series, mask ?? one)).Run();
        }
        if (parsed.GetValue(_output) is { } output && !OutputPaths.IsZarr(output) && paths[0].Labels != output)
        {
            Folder.Make(output);
        }
        RunStart? start = ResumableRun.OfSeveral(_resume, parsed, paths, () => SegmentIdentity.OfSeveral(
            modelPath, images.Length, OutputCollection.NamesOf(paths[0]), _zarr.Of(parsed)));
        RunImages? shared = start is null or { Block: null, Task: RunTask.Compute } ? null : Shared(parsed, segmenter, images, paths);
        using var collection = new OutputCollection(paths, _zarr.Of(parsed), start, shared);
        try
        {
            return SegmentAll(session, (segmenter, backbone), paths, collection, (mask, masks));
        }
        catch (OperationCanceledException e) when (e is not InterruptedException && collection.Folder is { Stays: true } folder)
        {
            throw ResumableRun.Explained(e, folder);
        }
    }

    /// <summary>Segments all images; those that fail are named in the end.</summary>
    private int SegmentAll(
        Session session, (Segmenter, Backbone?) with, OutputPaths[] paths, OutputCollection collection, (ImageReader?, ImageStack?) mask)
    {
        string[] images = session.Parsed.GetRequiredValue(_images);
        var failures = new List<string>();
        bool isWhole = true;
        for (int i = 0; i < images.Length; i++)
        {
            session.Cancellation.ThrowIfCancellationRequested();
            if (collection.LeavesOut(paths[i]))
            {
                continue;
            }
            try
            {
                string what = Path.GetFileName(images[i]) + (images.Length == 1 ? "" : $" ({i + 1} of {images.Length})");
                Segment(session, with, what, images[i], paths[i], collection, mask);
                collection.Add(paths[i]);
            }
            catch (Exception e) when (images.Length > 1 && e is not OperationCanceledException)
            {
                isWhole &= !ResumableRun.CanBeMended(e);
                string sentence = ErrorText.Of(e, session.Verbose);
                failures.Add(sentence.Contains(images[i], StringComparison.Ordinal) ? sentence : $"{images[i]}: {sentence}");
                session.Report.Add(new ReportImage(images[i]) { Failure = sentence });
            }
        }
        if (failures.Count == 0)
        {
            collection.MarkPrepared();
        }
        if (isWhole)
        {
            collection.Commit();
        }
        if (failures.Count > 0 && collection.Folder is { Stays: true } folder)
        {
            failures.Add($"{folder.Path}: {ResumableRun.Stays(folder)}.");
        }
        failures.ForEach(failure => session.Error.WriteLine($"fastseg: {failure}"));
        return failures.Count == 0 ? ExitCode.Success : ExitCode.Failure;
    }

    /// <summary>The images of a run in blocks that writes them into one store, with the units of each.</summary>
    private RunImages Shared(ParseResult parsed, Segmenter segmenter, string[] images, OutputPaths[] paths)
    {
        ImageOptions opening = _opening.Wanted(parsed, segmenter.Model);
        SegmentOptions options = _what.Segment(parsed, null);
        (long Units, long Rows) Of(string path)
        {
            ImageStack? stack = ImageFile.OpenStack(path, opening);
            using ImageReader image = stack?.Open(0) ?? ImageFile.Open(path, opening);
            var form = new OutputForm(null, _zarr.Of(parsed), false) { Stack = stack };
            ImageLayout labels = form.LayoutOf(segmenter.LabelLayout(image.Info, options));
            return (WrittenImage.Of(path, labels, form.Zarr).Files, image.Info.Height);
        }
        (long Units, long Rows)[] all = [.. images.Select(Of)];
        return new RunImages(
            [.. all.Select(one => one.Units)], [.. all.Select(one => one.Rows)], OutputCollection.NamesOf(paths[0]),
            _zarr.Of(parsed).Version);
    }

    private OutputPaths[] Outputs(ParseResult parsed)
    {
        string[] images = parsed.GetRequiredValue(_images);
        bool probabilities = _what.Probabilities(parsed) is not null, confidence = _what.Confidence(parsed);
        string? format = parsed.GetValue(_format), output = parsed.GetValue(_output);
        if (!IsInto(parsed))
        {
            OutputPaths[] paths = OutputPaths.Resolve(images, output!, format, probabilities, confidence);
            Array.ForEach(paths, path => ResumableRun.Check(_resume, parsed, path, inside: false));
            return paths;
        }
        return output is null && format is null && !probabilities && !confidence
            ? OutputPaths.Inside(images, parsed.GetValue(_into) ?? OutputPaths.LabelName(parsed.GetRequiredValue(_model)))
            : throw new UsageException(
                "--into-input writes labels alone, into the image's own Zarr; leave out -o, --format, --probabilities and --confidence, "
                + "or --into-input.");
    }

    /// <summary>What a watch over a folder does.</summary>
    private WatchJob Watched(
        Session session, string folder, string modelPath, Segmenter segmenter, ImageSeries series, ImageReader? mask)
    {
        ParseResult parsed = session.Parsed;
        string output = Path.TrimEndingDirectorySeparator(parsed.GetValue(_output)!);
        string[] given = [.. GivenOptions.Of(parsed, WatchOptions.Harmless).SelectMany(option => option)];
        var run = new RunIdentity(
        [
            ("watched folder", RealPath.Of(folder)),
            ("model", FileHash.Of(modelPath).Sha256 ?? ""),
            .. given.Length == 0 ? ((string, string)[])[] : [("list of options", string.Join(' ', given))],
        ]);
        OutputPaths PathsOf(string image) => OutputPaths.Resolve(
            [image], $"{output}/", parsed.GetValue(_format), _what.Probabilities(parsed) is not null, _what.Confidence(parsed))[0];
        ReportImage Segmented(string path, OutputPaths paths)
        {
            long start = Stopwatch.GetTimestamp();
            using ImageReader image = ImageFile.Open(path, _opening.Wanted(parsed, segmenter.Model));
            SegmentOptions options = _what.Segment(parsed, mask);
            var form = new OutputForm(_what.Probabilities(parsed), _zarr.Of(parsed), _what.Pyramid(parsed));
            using var outputs = new OutputSet(segmenter, image, options, paths, form);
            RunResult result = series.Segment(image, outputs.Outputs, options);
            session.Say(result.Note);
            return Report(path, paths, segmenter.Model, options, result, Stopwatch.GetElapsedTime(start).TotalSeconds) with
            {
                Warnings = [.. result.Warnings.Select(Session.Flagged)],
            };
        }
        return new WatchJob(folder, _watch.Patterns(parsed), _watch.Still(parsed), output, run, PathsOf, Segmented);
    }

    /// <summary>Whether labels go into the images' own Zarrs.</summary>
    private bool IsInto(ParseResult parsed) => parsed.GetResult(_into) is { Implicit: false };

    private void Segment(
        Session session, (Segmenter Segmenter, Backbone? Backbone) with, string what, string path,
        OutputPaths final, OutputCollection collection, (ImageReader? One, ImageStack? All) mask)
    {
        (OutputPaths Final, OutputPaths Now) paths = (final, collection.PlaceOf(final));
        (ParseResult parsed, Segmenter segmenter) = (session.Parsed, with.Segmenter);
        long begun = Stopwatch.GetTimestamp();
        ImageOptions opening = _opening.Wanted(parsed, segmenter.Model);
        ImageStack? stack = ImageFile.OpenStack(path, opening);
        using ImageReader image = stack?.Open(0) ?? ImageFile.Open(path, opening);
        // Of several masks one image takes the first, which a warning names.
        using ImageReader? first = stack is null && mask.All is not null ? _what.OpenMask(parsed, opening) : null;
        SegmentOptions options = _what.Segment(parsed, first ?? mask.One);
        Region area = options.Region ?? image.Info.Bounds;
        OmeZarrOptions zarr = _zarr.Of(parsed) with { Name = paths.Final.Number is null ? null : OutputPaths.Stem(path) };
        var form = new OutputForm(_what.Probabilities(parsed), zarr, _what.Pyramid(parsed))
        {
            Stack = stack,
            IntoInput = IsInto(parsed),
        };
        RunStart? start = ResumableRun.Of(_resume, parsed, paths.Final, IsInto(parsed), () => SegmentIdentity.Of(
            parsed.GetRequiredValue(_model), (segmenter.Model, with.Backbone), (image, stack), path, (options, mask.All),
            SegmentIdentity.Outputs(paths.Final, form)));
        start = start?.Block is { } block ? start with { Block = collection.Of(block, paths.Final) } : start;
        if (ResumableRun.IsFinished(start, paths.Now, paths.Final))
        {
            session.Output.WriteLine($"{path}  is finished already: {string.Join(", ", paths.Final.All)}");
            return;
        }
        if (start?.Task == RunTask.Prepare)
        {
            using RunFolder folder = OutputSet.MakeFolder(segmenter, image, options, paths.Now, form, start);
            bool samples = _resume.PreparesSamples(parsed);
            Preparation.Run(session, paths.Final.Labels, folder, collection.Folder is not null, () => stack is null && session.Long(
                what, parsed.GetValue(_memory), how => segmenter.Prepare(image, folder, options, how, samples)));
            return;
        }
        var slices = new List<ReportSlice>();
        RunResult run;
        string? takenOver;
        using (var outputs = new OutputSet(segmenter, image, options, paths.Now, form, start))
        {
            RunFolder? folder = outputs.Outputs.Folder;
            takenOver = ResumableRun.TakenOver(folder);
            try
            {
                run = session.Long(
                    what, parsed.GetValue(_memory), how => stack is null
                        ? segmenter.Segment(image, outputs.Outputs, options, how)
                        : segmenter.Segment(stack, outputs.Outputs, options, how, mask.All, (slice, one) => slices.Add(
                            new ReportSlice(slice.Name, one.Seconds, one.ClassPixels))),
                    (area.Pixels * (stack?.Count ?? 1)) - outputs.LeftOut);
            }
            catch (Exception e) when (
                collection.Folder is null && folder?.Stays == true && e is FastSegException or OperationCanceledException)
            {
                throw ResumableRun.Explained(e, folder!);
            }
        }
        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        session.Add(run);
        session.Report.Add(Report(path, paths.Final, segmenter.Model, options, run, seconds) with
        {
            Sha256 = session.Hash(path)?.Sha256,
            Pixels = run.Pixels,
            Block = start?.Block,
            // What a block has of an image says nothing of its areas; `finish` tells them.
            Slices = start?.Block is null ? slices : [],
            Classes = start?.Block is null ? [.. segmenter.Model.Classes.Zip(run.ClassPixels)] : [],
        });
        string size = $"{area.Width} x {area.Height}{(stack is null ? "" : $" x {stack.Count}")}";
        string done = start?.Block is { } share ? $", {share}" : "";
        session.Output.WriteLine($"{path}  {size}{done}, {Units.Seconds(seconds)}: {string.Join(", ", paths.Final.All)}");
        if (takenOver is not null)
        {
            session.Output.WriteLine($"  {takenOver}");
        }
        if (start?.Block is not null)
        {
            session.Output.WriteLine($"  when all blocks are done: fastseg finish {paths.Final.Store}");
            return;
        }
        foreach (Region bar in run.DataBars.Take(stack is null ? run.DataBars.Count : 0))
        {
            session.Output.WriteLine($"  {DataBarText.Of(bar)}");
        }
        ClassTable.Write(session.Output, segmenter.Model.Classes, run.ClassPixels);
        if (run.ClassWeights is { } weights && options.ClassWeights is null)
        {
            session.Output.WriteLine($"  smoothed with --class-weights {SmoothingText.Of(weights)}");
        }
    }

    private static ReportImage Report(
        string path, OutputPaths paths, Model model, SegmentOptions options, RunResult run, double seconds) => new(path)
        {
            Data = run.Data.FirstOrDefault(),
            Output = paths.Labels,
            Pixels = run.Pixels,
            Seconds = seconds,
            Classes = [.. model.Classes.Zip(run.ClassPixels)],
            Smoothing = options.Smoothing ?? model.Smoothing,
            ClassWeights = run.ClassWeights,
            Unsure = run.Unsure,
            Standardise = run.Standardise,
            Samples = run.Samples.FirstOrDefault(),
            DataBar = run.DataBars.Count > 0 ? run.DataBars[0] : null,
        };
}
