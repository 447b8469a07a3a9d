using System.CommandLine;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;
using FastSeg.Cli.Options;
using FastSeg.Cli.Reports;
using FastSeg.Cli.Sessions;
using FastSeg.Cli.Text;

namespace FastSeg.Cli.Commands;

/// <summary>The convolutional upsampler by itself.</summary>
internal sealed class UpsamplerCommand : FastSegCommand
{
    public UpsamplerCommand() : base(
        "upsampler", "Imports, describes, runs and trains a learned convolutional upsampler.",
        "Put the imported file into a backbone's folder as upsampler.safetensors to train with it.",
        "fastseg upsampler import checkpoint.pth -o upsampler.safetensors",
        "fastseg upsampler info upsampler.safetensors",
        "fastseg upsampler run upsampler.safetensors --image image.tif --features low.npy -o high.npy")
    {
        Subcommands.Add(new Import());
        Subcommands.Add(new Info());
        Subcommands.Add(new Upsample());
        Subcommands.Add(new UpsamplerTrainCommand());
    }

    /// <inheritdoc/>
    public override CommonUse Uses => CommonUse.None;

    public override int Run(Session session) =>
        throw new UsageException("upsampler does one of four things; add import, info, run or train.");

    private static Argument<string> Weights() => new("X.safetensors") { Description = "The upsampler's weights." };

    /// <summary>Reads a PyTorch checkpoint.</summary>
    private sealed class Import : FastSegCommand
    {
        private readonly Argument<string> _checkpoint = new("X.pth")
        {
            Description = "What torch.save wrote: a dict of \"config\" and \"weights\".",
        };

        private readonly Option<string> _output = new("--output", "-o")
        {
            HelpName = "X.safetensors",
            Description = "The file to write.",
            Required = true,
        };

        private readonly Option<string?> _normalise = new("--normalise")
        {
            HelpName = "l1|none",
            Description =
                "Whether each cell's features are divided by their L1 norm. [default: what the checkpoint says, otherwise l1]",
        };

        private readonly Option<string?> _align = new("--align")
        {
            HelpName = "corners|half-pixel",
            Description =
                "Where bilinear doublings take their values. [default: what the checkpoint says, otherwise corners, as in the paper]",
        };

        public Import() : base(
            "import", "Turns a published PyTorch checkpoint into safetensors.",
            "Nothing in the checkpoint is executed. How the guidance image is normalised is not stated by a checkpoint, and how " +
                "features are seldom is; what is assumed is recorded in the file. What a checkpoint states is obeyed.",
            "fastseg upsampler import checkpoint.pth -o upsampler.safetensors",
            "fastseg upsampler import own.pth --normalise none --align half-pixel -o upsampler.safetensors")
        {
            Arguments.Add(_checkpoint);
            foreach (Option option in (Option[])[_output, _normalise, _align])
            {
                Options.Add(option);
            }
            ChoiceOption.Only(_normalise, "l1", "none");
            ChoiceOption.Only(_align, "corners", "half-pixel");
        }

        /// <inheritdoc/>
        public override CommonUse Uses => CommonUse.Report;

        public override FileUse Files(ParseResult parsed) =>
            new([parsed.GetRequiredValue(_checkpoint)], [parsed.GetRequiredValue(_output)]);

        public override int Run(Session session)
        {
            string output = session.Parsed.GetRequiredValue(_output);
            if (!Path.GetExtension(output).Equals(".safetensors", StringComparison.OrdinalIgnoreCase))
            {
                throw new UsageException($"-o {output} must end in .safetensors.");
            }
            WholeFile.Check(output);
            var stated = new UpsamplerImport
            {
                NormaliseL1 = session.Parsed.GetValue(_normalise) is { } normalise ? normalise == "l1" : null,
                Align = session.Parsed.GetValue(_align) switch
                {
                    "corners" => Align.Corners,
                    "half-pixel" => Align.HalfPixel,
                    _ => null,
                },
            };
            string checkpoint = session.Parsed.GetRequiredValue(_checkpoint);
            UpsamplerText.Write(session.Output, output, UpsamplerFile.Import(checkpoint, output, stated));
            return ExitCode.Success;
        }
    }

    /// <summary>Describes weights.</summary>
    private sealed class Info : FastSegCommand
    {
        private readonly Argument<string> _weights = Weights();

        public Info() : base(
            "info", "Describes an upsampler's weights.",
            "Prints the configuration, what the weights were imported from, and what was assumed on import.",
            "fastseg upsampler info upsampler.safetensors") => Arguments.Add(_weights);

        /// <inheritdoc/>
        public override CommonUse Uses => CommonUse.Report;

        public override FileUse Files(ParseResult parsed) => new([parsed.GetRequiredValue(_weights)], []);

        public override int Run(Session session)
        {
            string path = session.Parsed.GetRequiredValue(_weights);
            UpsamplerText.Write(session.Output, path, UpsamplerFile.Load(path));
            return ExitCode.Success;
        }
    }

    /// <summary>Brings features to an image's resolution.</summary>
    private sealed class Upsample : FastSegCommand
    {
        private readonly Argument<string> _weights = Weights();

        private readonly Option<string> _image = new("--image")
        {
            HelpName = "I",
            Description = "The guidance image, H x W, taken as it is: not filled up to whole patches.",
            Required = true,
        };

        private readonly Option<string> _features = new("--features")
        {
            HelpName = "LR.npy",
            Description = "Low-resolution features of any transformer: k x h x w, float32, C order.",
            Required = true,
        };

        private readonly Option<string> _output = new("--output", "-o")
        {
            HelpName = "HR.npy",
            Description = "The result: k x H x W, float32.",
            Required = true,
        };

        private readonly Option<InputRange?> _range = RangeOption.Create();

        public Upsample() : base(
            "run", "Brings low-resolution features of any transformer to an image's resolution.",
            "The features are divided by their L1 norm where the weights' configuration says so. Where it says that images were " +
                "standardised, the image is, unless --range is given. The result is written tile by tile; memory does not grow with " +
                "the image.",
            "fastseg upsampler run upsampler.safetensors --image image.tif --features low.npy -o high.npy")
        {
            Arguments.Add(_weights);
            foreach (Option option in (Option[])[_image, _features, _range, _output])
            {
                Options.Add(option);
            }
        }

        /// <inheritdoc/>
        public override CommonUse Uses => CommonUse.Threads | CommonUse.Report;

        public override FileUse Files(ParseResult parsed) => new(
            [parsed.GetRequiredValue(_weights), parsed.GetRequiredValue(_image), parsed.GetRequiredValue(_features)],
            [parsed.GetRequiredValue(_output)]);

        public override int Run(Session session)
        {
            ParseResult parsed = session.Parsed;
            string path = parsed.GetRequiredValue(_image);
            string features = parsed.GetRequiredValue(_features), output = parsed.GetRequiredValue(_output);
            if (!Path.GetExtension(output).Equals(".npy", StringComparison.OrdinalIgnoreCase))
            {
                throw new UsageException($"-o {output} must end in .npy.");
            }
            UpsamplerFile weights = UpsamplerFile.Load(parsed.GetRequiredValue(_weights));
            using ImageReader image = ImageFile.Open(path);
            RunResult run = session.Long(
                "upsampler", 0, options => UpsamplerRun.Run(weights, image, features, output, parsed.GetValue(_range), options));
            session.Add(run);
            session.Report.Add(new ReportImage(path) { Output = output, Pixels = run.Pixels, Seconds = run.Seconds });
            session.Output.WriteLine(
                $"{path}  {weights.Config.ChannelsOut} x {image.Info.Height} x {image.Info.Width} features, " +
                    $"{Units.Seconds(run.Seconds)}: {output}");
            return ExitCode.Success;
        }
    }
}
