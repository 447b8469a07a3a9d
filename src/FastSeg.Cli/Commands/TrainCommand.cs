using System.CommandLine;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;
using FastSeg.Cli.Options;
using FastSeg.Cli.Reports;
using FastSeg.Cli.Sessions;
using FastSeg.Cli.Text;
using FastSeg.Cli.Trainer;

namespace FastSeg.Cli.Commands;

/// <summary>Scribbles in, model out.</summary>
internal sealed class TrainCommand : FastSegCommand
{
    private readonly Option<string[]> _images = new("--image")
    {
        HelpName = "FILE",
        Description = "An image to train on; give it once for every image. FILE#2 is the second page of a TIFF.",
        Required = true,
    };

    private readonly Option<string[]> _labels = new("--labels")
    {
        HelpName = "FILE",
        Description =
            "The labels drawn on the image of the same position: 0 and less is unlabelled, every other value, or every colour, a class.",
        Required = true,
    };

    private readonly Option<string[]> _masks = new("--mask")
    {
        HelpName = "FILE",
        Description =
            "The mask of the image of the same position; give one for every --image, - where there is none. Where it is 0, labels and " +
                "samples do not count: a sample may be NaN there, and a scale bar coloured.",
    };

    private readonly LabelsOptions _labelled = new("labels");
    private readonly FeatureOptions _features = new();
    private readonly DeepFeatureOptions _deep = new(trains: true);
    private readonly TreeOptions _trees = new();

    private readonly Option<bool> _noScore = new("--no-score")
    {
        Description =
            "Do not hold out labelled pixels. Without it, up to five more models are trained, each without a fold of the labels, and " +
            "scored on that fold: from four images on a fold is of whole images, otherwise of strokes. With it, --smooth auto is safe.",
    };

    private readonly Option<bool> _bias = new("--positional-bias")
    {
        Description =
            "Measure how much of the deep features is position rather than content, from 0 to 1, on shuffled blocks of the images and on " +
            "noise: 64 more windows. Printed, and in --report.",
    };

    private readonly Option<string[]?> _names = NamesOption.Create("by ascending label value");

    private readonly Option<Smoothing?> _smooth = SmoothOption.CreateWithAuto(
        "What the model does to the probabilities of an image before each pixel gets its label.");

    private readonly Option<string> _output = new("--output", "-o")
    {
        HelpName = "M.fastseg",
        Description = "The model to write.",
        Required = true,
    };

    private readonly OpeningOptions _opening = new();
    private readonly Option<bool> _strict = StrictOption.Create();
    private readonly Option<long> _memory = MemoryOption.Create();

    public TrainCommand() : base(
        "train", "Trains a model from images and scribbles.",
        "Only labelled pixels' features are computed. The same input and seed give the same bytes, whatever --threads says; with " +
            "--upsampler finish or train they do for the same --threads, because the network that is trained depends on it.",
        "fastseg train --image a.tif --labels a_labels.png -o m.fastseg",
        "fastseg train --image a.tif --labels a_l.tif --image b.tif --labels b_l.tif --names matrix,pore --balance -o m.fastseg",
        "fastseg train --image a.tif --labels a_l.tif --sigmas 1,2,4 --families default,laplacian --rounds 50 -o m.fastseg",
        "fastseg train --image a.tif --labels a_l.tif --deep models/fastseg-vit-tiny-8-int8 -o m.fastseg")
    {
        Options.Add(_images);
        Options.Add(_labels);
        Options.Add(_masks);
        _opening.AddTo(this);
        _labelled.AddTo(this);
        _features.AddTo(this);
        _deep.AddTo(this);
        _trees.AddTo(this);
        foreach (Option option in (Option[])[_smooth, _noScore, _bias, _names, _output, _strict, _memory])
        {
            Options.Add(option);
        }
    }

    public override FileUse Files(ParseResult parsed) =>
        new(
            [.. parsed.GetRequiredValue(_images), .. parsed.GetRequiredValue(_labels), .. Masks(parsed), _deep.Projection(parsed)],
            [parsed.GetRequiredValue(_output)]);

    public override int Run(Session session)
    {
        ParseResult parsed = session.Parsed;
        string[] images = parsed.GetRequiredValue(_images), labels = parsed.GetRequiredValue(_labels);
        if (images.Length != labels.Length)
        {
            throw new UsageException(
                $"There are {images.Length} --image but {labels.Length} --labels; give one --labels for every --image, in the same order.");
        }
        string?[] masks = Masks(parsed);
        if (masks.Length > 0 && masks.Length != images.Length)
        {
            throw new UsageException(
                $"There are {images.Length} --image but {masks.Length} --mask; give one for every --image, in the same order, " +
                    "and - for an image without one.");
        }
        FeatureSpec features = _features.Spec(parsed, _deep.Folder(parsed) is not null);
        string output = parsed.GetRequiredValue(_output);
        WholeFile.Check(output);
        TrainingOptions training = _trees.Wanted(parsed);
        string[]? names = NamesOption.Given(parsed, _names);
        using Backbone? backbone = _deep.Open(session);
        DeepOptions? deep = _deep.Wanted(parsed, backbone);
        if (parsed.GetValue(_bias) && backbone is null)
        {
            throw new UsageException(
                "--positional-bias is about deep features; name a backbone's folder with --deep MODELDIR, or leave it out.");
        }
        Smoothing? smooth = SmoothOption.Given(parsed, _smooth);
        bool scored = !parsed.GetValue(_noScore);
        HeldOut heldOut = !scored ? HeldOut.Nothing : smooth is null ? HeldOut.ChooseSmoothing : HeldOut.Score;
        // Without held-out labels nothing can be chosen.
        smooth ??= scored ? null : Smoothing.Safe;
        TrainingResult result;
        using (var set = new TrainingSet(images, labels, masks, _opening.Wanted(parsed), _labelled.Of(parsed)))
        {
            deep = WithUpsampler(session, images, features, deep, training.Seed);
            result = session.Long(
                "training", parsed.GetValue(_memory),
                options => Segmenter.Train(set.Images, features, training, names, options, deep, smooth, heldOut));
            session.Cancellation.ThrowIfCancellationRequested();
            result.Model.Save(output);
            if (parsed.GetValue(_bias))
            {
                session.Report.PositionalBias = BackboneCheck.PositionalBias(
                    result.Model, backbone!, [.. set.Images.Select(image => image.Image)], session.Options(parsed.GetValue(_memory)));
            }
        }
        Report(session, images, output, result);
        DeepFeatureOptions.Say(session, deep, features.Standardise);
        if (session.Report.PositionalBias is { } bias)
        {
            session.Output.WriteLine($"positional bias {BackboneText.Bias(bias)}");
        }
        return ExitCode.Success;
    }

    /// <summary>The masks' paths, null for an image that has none; empty where none are given.</summary>
    private string?[] Masks(ParseResult parsed) =>
        [.. (parsed.GetValue(_masks) ?? []).Select(path => path == "-" ? null : path)];

    /// <summary>The deep features with an upsampler that is trained for these images now, where one is wanted.</summary>
    private DeepOptions? WithUpsampler(Session session, string[] images, FeatureSpec features, DeepOptions? deep, int seed)
    {
        if (deep is null || _deep.Recipe(session.Parsed) is not { } recipe)
        {
            return deep;
        }
        if (features.Standardise != Standardisation.Image)
        {
            throw new UsageException(
                "--upsampler finish and train see images standardised as a whole; leave out --standardise, or train without them.");
        }
        if (deep.Scales is not [1])
        {
            throw new UsageException("--upsampler finish and train take scale 1 alone; leave out --deep-scales.");
        }
        if (Masks(session.Parsed).Any(mask => mask is not null) || features.NanAs is not null || features.DataBar == DataBar.Auto)
        {
            throw new UsageException(
                "--upsampler finish and train see whole images as they are stored; leave out --mask, --nan-as and --data-bar, or train " +
                "an upsampler on images without such pixels first (fastseg upsampler train).");
        }
        return UpsamplerTraining.ForProject(session, recipe, images, deep, seed);
    }

    private static void Report(Session session, string[] images, string output, TrainingResult result)
    {
        Model model = result.Model;
        session.Report.XgboostVersion = model.XgboostVersion;
        session.Add(result.Run);
        for (int i = 0; i < images.Length; i++)
        {
            session.Report.Add(new ReportImage(images[i])
            {
                Sha256 = session.Hash(images[i])?.Sha256,
                Data = result.Run.Data.ElementAtOrDefault(i),
                Output = output,
                Standardise = result.Run.Standardise,
                Samples = result.Run.Samples.ElementAtOrDefault(i),
                DataBar = result.Run.DataBars.Count > i ? result.Run.DataBars[i] : null,
            });
        }
        session.Output.WriteLine(
            $"{Units.Count(result.Run.Pixels)} labelled pixels of {images.Length} image{(images.Length == 1 ? "" : "s")}, " +
                $"{model.Planes} features");
        for (int i = 0; i < result.Run.DataBars.Count; i++)
        {
            session.Output.WriteLine($"{images[i]}: {DataBarText.Of(result.Run.DataBars[i])}");
        }
        ClassTable.Write(session.Output, model.Classes, [.. model.Classes.Select(c => c.Pixels)]);
        if (result.HeldOut is { } score)
        {
            session.Report.HeldOut = (score, model.Classes);
            HeldOutText.Write(session.Output, score, model.Classes);
        }
        else if (result.NotHeldOut is { } reason)
        {
            session.Output.WriteLine(reason);
        }
        session.Report.UsefulPlanes = model.UsefulPlanes();
        UsefulText.Write(session.Output, session.Report.UsefulPlanes);
        session.Output.WriteLine($"trained in {Units.Seconds(result.Run.Seconds)}: {output}, {Units.Bytes(new FileInfo(output).Length)}");
    }
}
