using System.CommandLine;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;
using FastSeg.Cli.Options;
using FastSeg.Cli.Sessions;
using FastSeg.Cli.Text;
using FastSeg.Cli.Trainer;
using FastSeg.Deep.Upsamplers;

namespace FastSeg.Cli.Commands;

/// <summary>Trains an upsampler for a backbone.</summary>
internal sealed class UpsamplerTrainCommand : FastSegCommand
{
    private const int MostChannels = 4096, MostSteps = 1_000_000, MostPieces = 10_000;
    private const double MostMinutes = 100_000;

    private readonly Option<string[]> _images = new("--images")
    {
        HelpName = "I..",
        Description = "Images to train on; no labels are needed. Many different ones make an upsampler that fits images it never saw.",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string> _backbone = new("--deep")
    {
        HelpName = "MODELDIR",
        Description = "The folder of the transformer. Its stored projection is kept; without one, a projection is fitted first and " +
            "written beside the output as projection.safetensors.",
        Required = true,
    };

    private readonly Option<int> _channels = NumberOption.Whole(
        "--channels", "Channels, an even number: the projection's leading components. 0: all of a stored projection's, otherwise 32.",
        0, 0, MostChannels);

    private readonly Option<string?> _from = new("--from")
    {
        HelpName = "X.safetensors",
        Description = "Train this network further. [default: a network that interpolates]",
    };

    private readonly Option<bool?> _flips = FlipsOption.Create();

    private readonly Option<int> _steps = NumberOption.Whole(
        "--steps", "Steps, each of four crops. 0: 4000, with --from 700, with --targets 5000.", 0, 0, MostSteps);

    private readonly Option<double> _minutes = NumberOption.Real(
        "--minutes", "M", "As many steps as fit into these minutes, after the transformer has seen the images. [default: by --steps]", null,
        MostMinutes);

    private readonly Option<int> _pieces = NumberOption.Whole(
        "--pieces", "Pieces of 33 patches a side, spread over the images and overlapping where need be. 0: 250.", 0, 0, MostPieces);

    private readonly Option<int> _seed = NumberOption.Whole(
        "--seed", "Seed of all that is drawn. The same seed and --threads give the same bytes.", 0, 0, int.MaxValue);

    private readonly Option<string?> _targets = new("--targets")
    {
        HelpName = "FOLDER",
        Description =
            "Train as the paper does, towards given features at full resolution: FOLDER/STEM.npy for each image, k x H x W of float32. " +
            "[default: targets made by the transformer itself]",
    };

    private readonly Option<string> _output = new("--output", "-o")
    {
        HelpName = "X.safetensors",
        Description = "The file to write. In the backbone's folder as upsampler.safetensors it is that backbone's own.",
        Required = true,
    };

    public UpsamplerTrainCommand() : base(
        "train", "Trains an upsampler for a backbone on images, without labels.",
        "A training that was stopped or killed goes on when the same command is given again, from a hidden file beside the output. " +
            "It runs in PyTorch's library, which is fetched when it is first needed; images are standardised.",
        "fastseg upsampler train --images a.tif b.tif c.tif --deep models/fastseg-vit-tiny-8 -o upsampler.safetensors",
        "fastseg upsampler train --images a.tif b.tif --deep models/dinov2-small --channels 64 --minutes 30 -o x.safetensors",
        "fastseg upsampler train --images a.tif --deep models/dinov2-small --targets featup/ -o upsampler.safetensors")
    {
        foreach (Option option in (Option[])
        [
            _images, _backbone, _channels, _from, _flips, _steps, _minutes, _pieces, _seed, _targets, _output,
        ])
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override CommonUse Uses => CommonUse.Threads | CommonUse.Report;

    public override FileUse Files(ParseResult parsed)
    {
        string output = parsed.GetRequiredValue(_output), backbone = Named(parsed);
        string?[] inputs = [.. parsed.GetRequiredValue(_images), parsed.GetValue(_from), UpsamplerTraining.StoredProjection(backbone)];
        return new(inputs, [output, FittedProjection(parsed)]);
    }

    public override int Run(Session session)
    {
        ParseResult parsed = session.Parsed;
        string output = parsed.GetRequiredValue(_output), backbone = Named(parsed);
        if (!Path.GetExtension(output).Equals(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            throw new UsageException($"-o {output} must end in .safetensors.");
        }
        if (parsed.GetValue(_steps) > 0 && parsed.GetValue(_minutes) > 0)
        {
            throw new UsageException("--steps and --minutes both say how long; give one of them.");
        }
        if (parsed.GetValue(_pieces) > 0 && parsed.GetValue(_targets) is not null)
        {
            throw new UsageException(
                "--pieces counts what targets are made for, but with --targets they are given; leave one of both out.");
        }
        WholeFile.Check(output);
        CheckHash(backbone, output);
        string? from = parsed.GetValue(_from), targets = parsed.GetValue(_targets);
        string? projection = UpsamplerTraining.StoredProjection(backbone);
        int channels = parsed.GetValue(_channels);
        var job = new UpsamplerJob
        {
            Images = parsed.GetRequiredValue(_images),
            Backbone = backbone,
            Output = output,
            Recipe = targets is not null ? UpsamplerRecipe.Given : from is not null ? UpsamplerRecipe.Further : UpsamplerRecipe.Free,
            Channels = channels > 0 ? channels : UpsamplerTraining.Channels(from, projection),
            From = from,
            Projection = projection,
            ProjectionOutput = FittedProjection(parsed),
            Targets = targets,
            FlipAverage = parsed.GetValue(_flips),
            Steps = parsed.GetValue(_steps),
            Minutes = parsed.GetValue(_minutes),
            Pieces = parsed.GetValue(_pieces),
            Seed = parsed.GetValue(_seed),
            Threads = session.Options(0).WorkerCount,
            Resumes = true,
        };
        try
        {
            TrainerProcess.Run(job, session);
        }
        catch (OperationCanceledException) when (File.Exists(job.StateFile))
        {
            session.Error.WriteLine("fastseg: the training is kept; the same command goes on with it.");
            throw;
        }
        UpsamplerText.Write(session.Output, output, UpsamplerFile.Load(output));
        return ExitCode.Success;
    }

    /// <summary>Where a projection is written that has to be fitted; null where the backbone's folder has one.</summary>
    private string? FittedProjection(ParseResult parsed)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(parsed.GetRequiredValue(_output))) ?? "/";
        return UpsamplerTraining.StoredProjection(Named(parsed)) is null
            ? Path.Combine(folder, BackboneDescription.ProjectionFileName)
            : null;
    }

    private string Named(ParseResult parsed) => BackboneOption.Named(parsed.GetRequiredValue(_backbone));

    /// <summary>Refuses to write over weights whose hash the backbone's folder states: the folder would be refused from then on.</summary>
    private static void CheckHash(string backbone, string output)
    {
        string? folder = Path.GetDirectoryName(Path.GetFullPath(output));
        if (folder == Path.TrimEndingDirectorySeparator(Path.GetFullPath(backbone))
            && BackboneDescription.Load(backbone).Sha256.ContainsKey(Path.GetFileName(output)))
        {
            string description = Path.Combine(backbone, BackboneDescription.JsonFile);
            throw new FastSegException(
                $"{description} states the SHA-256 of {output}, so another file of that name would be refused; "
                + "write elsewhere, or keep a copy and remove that entry first.");
        }
    }
}
