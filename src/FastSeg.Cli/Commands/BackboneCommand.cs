using System.CommandLine;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;
using FastSeg.Cli.Options;
using FastSeg.Cli.Sessions;
using FastSeg.Cli.Text;

namespace FastSeg.Cli.Commands;

/// <summary>Backbones by themselves.</summary>
internal sealed class BackboneCommand : FastSegCommand
{
    public BackboneCommand() : base(
        "backbone", "Measures a backbone, and makes one faster.",
        "A backbone is a folder with a network and a description; docs/deep.md says what is in it.",
        "fastseg backbone check models/fastseg-vit-tiny-8-int8 --images a.tif b.tif",
        "fastseg backbone optimise models/dinov2-small --images a.tif b.tif -o models/dinov2-small-int8")
    {
        Subcommands.Add(new BackboneCheckCommand());
        Subcommands.Add(new Optimise());
    }

    /// <inheritdoc/>
    public override CommonUse Uses => CommonUse.None;

    public override int Run(Session session) => throw new UsageException("backbone does one of several things; add check or optimise.");

    /// <summary>Rewrites a network.</summary>
    private sealed class Optimise : FastSegCommand
    {
        private readonly Argument<string> _folder = new("DIR") { Description = "The backbone's folder; it stays as it is." };

        private readonly Option<string[]> _images = ImagesOption.Create(
            "Images like those that the backbone will see; the ranges of the 8-bit layers come from windows of them. " +
                "FILE#2 is the second page of a TIFF.");

        private readonly Option<string> _output = new("--output", "-o")
        {
            HelpName = "DIR2",
            Description = "The folder to write; it must not exist. Its last part is the new backbone's name.",
            Required = true,
        };

        private readonly Option<int> _window = NumberOption.Whole(
            "--window",
            "Cells of a window's side in the new folder; 0 keeps the old one's. Small windows are faster: attention costs the square of " +
                "their cells.",
            0, 0, 1024);

        private readonly Option<int> _overlap = NumberOption.Whole(
            "--overlap", "Cells that neighbouring windows share in the new folder; -1 keeps the old one's where it fits.", -1, -1, 1023);

        private readonly Option<double> _layerError = NumberOption.Real(
            "--layer-error", "E", "Largest relative error of a layer that is brought to 8 bits; layers with more stay in float32.",
            new OptimiseOptions().MostLayerError, 1);

        private readonly Option<int> _windows = NumberOption.Whole(
            "--windows", "How many sample windows are drawn from the images.", new OptimiseOptions().Windows, 1, 1000);

        public Optimise() : base(
            "optimise", "Rewrites a transformer so that it runs faster on processors, and writes a folder for it.",
            "GELU and attention that an exporter wrote out become single operators of ONNX Runtime; linear layers compute in 8 bits, " +
                "with ranges from windows of the images, and those that would err too much stay in float32. Prints the error of each " +
                "layer and of the tokens, and the time for a window before and after. Models are trained on the new folder anew.",
            "fastseg backbone optimise models/dinov2-small --images a.tif b.tif -o models/dinov2-small-int8",
            "fastseg backbone optimise models/fastseg-vit-tiny-8 --images *.tif --window 24 --overlap 2 -o models/tiny-int8")
        {
            Arguments.Add(_folder);
            foreach (Option option in (Option[])[_images, _output, _window, _overlap, _layerError, _windows])
            {
                Options.Add(option);
            }
        }

        /// <inheritdoc/>
        public override CommonUse Uses => CommonUse.Threads | CommonUse.Report;

        public override FileUse Files(ParseResult parsed) => new(
            [parsed.GetRequiredValue(_folder), .. parsed.GetRequiredValue(_images)], [parsed.GetRequiredValue(_output)]);

        public override int Run(Session session)
        {
            ParseResult parsed = session.Parsed;
            if (session.Backend is not (BackendKind.Auto or BackendKind.Cpu))
            {
                throw new UsageException(
                    $"--backend {session.BackendName}: backbones are rewritten for processors, and measured there; leave it out.");
            }
            string folder = BackboneOption.Named(parsed.GetRequiredValue(_folder)), output = parsed.GetRequiredValue(_output);
            (int window, int overlap) = (parsed.GetValue(_window), parsed.GetValue(_overlap));
            var how = new OptimiseOptions
            {
                WindowTokens = window > 0 ? window : null,
                OverlapTokens = overlap >= 0 ? overlap : null,
                MostLayerError = parsed.GetValue(_layerError),
                Windows = parsed.GetValue(_windows),
            };
            OptimisedBackbone made = ImagesOption.With(
                parsed.GetRequiredValue(_images),
                images => session.Long("optimise", 0, options => BackboneOptimiser.Run(folder, images, output, how, options)));
            OptimisedText.Write(session.Output, folder, made);
            return ExitCode.Success;
        }
    }
}
