using System.CommandLine;
using FastSeg.Backends;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;
using FastSeg.Cli.Options;
using FastSeg.Cli.Reports;
using FastSeg.Cli.Sessions;
using FastSeg.Cli.Text;

namespace FastSeg.Cli.Commands;

/// <summary>Measures a backbone's speed and its positional bias.</summary>
internal sealed class BackboneCheckCommand : FastSegCommand
{
    /// <summary>Overlaps that speed is stated for beside the backbone's own.</summary>
    private static readonly int[] UsualOverlaps = [0, 2, 4, 12];

    /// <summary>Side of the page that speed is stated for.</summary>
    private const int PageSide = 4096;

    private readonly Argument<string> _folder = new("DIR") { Description = "The backbone's folder." };

    private readonly Option<string[]> _images = new("--images")
    {
        HelpName = "I..",
        Description = "Images whose blocks are shuffled for the positional bias. Without any, it is measured on noise alone.",
        AllowMultipleArgumentsPerToken = true,
    };

    public BackboneCheckCommand() : base(
        "check", "Measures a backbone: speed at several window sizes and overlaps, flips, positional bias.",
        $"Speed in Mpx/s is computed for a page of {PageSide} x {PageSide} pixels from the time of a window, with as many windows at " +
            "once as --threads allows; what follows the transformer comes on top. On a CUDA device that ONNX Runtime can use, " +
            "windows run one at a time. The positional bias is 0 where tokens do not know where they are: the share of what 64 images " +
            "without any order (noise, shuffled blocks) have in common at each position that is a quadratic polynomial of the position.",
        "fastseg backbone check models/fastseg-vit-tiny-8-int8",
        "fastseg backbone check models/fastseg-vit-tiny-8-int8 --images a.tif b.tif --report check.json")
    {
        Arguments.Add(_folder);
        Options.Add(_images);
    }

    /// <inheritdoc/>
    public override CommonUse Uses => CommonUse.Threads | CommonUse.Backend | CommonUse.Report;

    public override FileUse Files(ParseResult parsed) => new(parsed.GetValue(_images) ?? [], []);

    public override int Run(Session session)
    {
        string[] paths = session.Parsed.GetValue(_images) ?? [];
        if (session.Backend is not (BackendKind.Auto or BackendKind.Cpu or BackendKind.Cuda))
        {
            throw new UsageException(
                $"--backend {session.BackendName}: a transformer runs on the CPU or with CUDA; give auto, cpu or cuda.");
        }
        using Backbone backbone = Backbone.Open(
            BackboneOption.Named(session.Parsed.GetRequiredValue(_folder)), 1, BackendChoice.CudaOrdinal(session.Backend));
        session.Say(backbone.Note);
        double bias = ImagesOption.With(
            paths,
            images => session.Long(
                "positional bias", 0, options => BackboneCheck.PositionalBias(backbone, images, options: options)));
        BackboneFindings findings = Measure(session, backbone);
        session.Report.Backbone = findings;
        session.Report.PositionalBias = bias;
        // Nothing is printed before all is measured: a check that fails leaves no half of its text.
        BackboneText.Write(session.Output, backbone);
        BackboneCheckText.Write(session.Output, findings);
        string seen = paths.Length == 0 ? "of noise alone; --images adds shuffled blocks" : "of noise and shuffled blocks";
        session.Output.WriteLine($"positional bias {BackboneText.Bias(bias)} ({seen})");
        return ExitCode.Success;
    }

    /// <summary>Windows of each size without flips, and the backbone's own with them.</summary>
    private static BackboneFindings Measure(Session session, Backbone backbone)
    {
        ComputeOptions options = session.Options(0);
        BackboneSpeed[] speeds =
        [
            .. BackboneCheck.WindowSizes(backbone).Select(tokens => BackboneCheck.Speed(backbone, tokens, false, options)),
            BackboneCheck.Speed(backbone, backbone.WindowTokens, true, options),
        ];
        return new BackboneFindings(
            backbone, speeds, [.. UsualOverlaps.Append(backbone.OverlapTokens).Distinct().Order()], PageSide);
    }
}
