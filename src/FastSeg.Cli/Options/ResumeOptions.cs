using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using FastSeg.Files.Runs;

namespace FastSeg.Cli.Options;

/// <summary>How a segmentation goes on and is shared: --resume, --block, --prepare and --prepare-samples.</summary>
internal sealed class ResumeOptions
{
    private readonly Option<bool> _resume = new("--resume")
    {
        Description =
            "Go on where an earlier start of the same run ended, however it ended; where there was none, begin. TIFF and OME-Zarr. A run " +
            "that writes an OME-Zarr can always be gone on with, one that writes a TIFF where it began with --resume.",
    };

    private readonly Option<RunBlock?> _block = new("--block")
    {
        HelpName = "I/N",
        Description = "Do the share I of N of an OME-Zarr alone, perhaps beside others; `fastseg finish OUT` puts all together.",
        CustomParser = Block,
    };

    private readonly Option<bool> _prepare = new("--prepare")
    {
        Description =
            "Only look at the whole image (mean and deviation, areas of safe smoothing), for the blocks that follow. With --block I/N, " +
            "look for the areas in a share of the image alone, after --prepare-samples.",
    };

    private readonly Option<bool> _samples = new("--prepare-samples")
    {
        Description = "Only take mean and deviation of the whole image, for the shares of the areas that follow (--prepare --block I/N).",
    };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_resume);
        command.Options.Add(_block);
        command.Options.Add(_prepare);
        command.Options.Add(_samples);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_samples) is { Implicit: false } && result.GetResult(_block) is { Implicit: false })
            {
                result.AddError("--prepare-samples looks at the whole image, so leave out --block.");
            }
        });
    }

    /// <summary>Whether a run that was left is gone on with.</summary>
    public bool Resumes(ParseResult parsed) => parsed.GetValue(_resume);

    /// <summary>The block; null where there is none.</summary>
    public RunBlock? BlockOf(ParseResult parsed) =>
        parsed.GetValue(_block) is { } block ? block with { IsAreas = Prepares(parsed) } : null;

    /// <summary>Whether only the whole image is looked at, or a share of it for the areas.</summary>
    public bool Prepares(ParseResult parsed) => parsed.GetValue(_prepare) || PreparesSamples(parsed);

    /// <summary>Whether only mean and deviation are taken.</summary>
    public bool PreparesSamples(ParseResult parsed) => parsed.GetValue(_samples);

    private static RunBlock? Block(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        string[] parts = text.Split('/');
        if (parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int count) && number >= 1 && number <= count)
        {
            return new RunBlock(number, count);
        }
        result.AddError($"--block {text} is no share; give I/N, such as 3/8 for the third of eight.");
        return null;
    }
}
