using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using FastSeg.Cli.Errors;

namespace FastSeg.Cli.Options;

/// <summary>The options that say which classical features are computed.</summary>
internal sealed class FeatureOptions
{
    private readonly Option<string> _preset = new("--preset")
    {
        Description = "paper takes the sigmas as standard deviations; weka multiplies them by 0.4, as Weka does.",
        DefaultValueFactory = _ => "paper",
    };

    private readonly Option<double[]?> _sigmas = new("--sigmas")
    {
        HelpName = "A,B,..",
        Arity = ArgumentArity.ExactlyOne,
        Description = "Scales in pixels, ascending; scale 0 (the image itself) is always there. [default: 1,2,4,8,16]",
        CustomParser = Numbers,
    };

    private readonly Option<double> _scale = NumberOption.Real(
        "--sigma-scale", "S",
        "Standard deviation of a Gaussian = S times its sigma. [default: 1 with preset paper, 0.4 with weka]",
        null, 100);

    private readonly Option<string?> _families = new("--families")
    {
        HelpName = "A,B,..",
        Description = $"Feature families out of {string.Join(", ", FamilyNames.All)}; " +
            "default stands for the first five, none (with --deep) for no family. [default: default]",
    };

    private readonly Option<string> _standardise = StandardiseOption.Create();

    private readonly Option<double> _surroundings = NumberOption.Real(
        "--standardise-sigma", "S",
        "With --standardise local: standard deviation, in pixels, of the Gaussian that weighs a pixel's surroundings, 1 to 256. " +
            "[default: 64]",
        null, 256);

    private readonly LeaveOutOptions _leaveOut = new("such samples are refused", "none");

    public FeatureOptions() => ChoiceOption.Only(_preset, "paper", "weka");

    /// <summary>Whether any of the options was given.</summary>
    public bool Given(ParseResult parsed) =>
        ((Option[])[_preset, _sigmas, _scale, _families, _standardise, _surroundings, .. _leaveOut.All])
            .Any(option => Given(parsed, option));

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_preset);
        command.Options.Add(_sigmas);
        command.Options.Add(_scale);
        command.Options.Add(_families);
        command.Options.Add(_standardise);
        command.Options.Add(_surroundings);
        _leaveOut.AddTo(command);
    }

    /// <summary>The specification they describe.</summary>
    /// <exception cref="UsageException">It cannot be computed.</exception>
    public FeatureSpec Spec(ParseResult parsed, bool deep = false)
    {
        try
        {
            FeatureSpec spec = Described(parsed);
            // With deep features there may be no others.
            spec.Check(deep ? 1 : 0);
            return spec;
        }
        catch (FastSegException e)
        {
            throw new UsageException(SettingFlags.Sentence(e), e);
        }
    }

    private FeatureSpec Described(ParseResult parsed)
    {
        if (Given(parsed, _surroundings) && StandardiseOption.Chosen(parsed, _standardise) != Standardisation.Local)
        {
            throw new UsageException("--standardise-sigma is for --standardise local; add that, or leave the sigma out.");
        }
        FeatureSpec preset = parsed.GetValue(_preset) == "weka" ? FeatureSpec.Weka : FeatureSpec.Paper;
        string? families = parsed.GetValue(_families);
        return preset with
        {
            Sigmas = Given(parsed, _sigmas) ? parsed.GetValue(_sigmas)! : preset.Sigmas,
            SigmaScale = Given(parsed, _scale) ? parsed.GetValue(_scale) : preset.SigmaScale,
            Standardise = StandardiseOption.Chosen(parsed, _standardise),
            StandardiseSigma = Given(parsed, _surroundings) ? parsed.GetValue(_surroundings) : preset.StandardiseSigma,
            NanAs = _leaveOut.NanAs(parsed),
            DataBar = _leaveOut.Bar(parsed) ?? DataBar.None,
            Families = families is null ? preset.Families : FamilyNames.Parse(families.Split(',', StringSplitOptions.TrimEntries)),
        };
    }

    private static bool Given(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    private static double[]? Numbers(ArgumentResult result)
    {
        string[] parts = result.Tokens[0].Value.Split(',');
        double[] numbers = new double[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]))
            {
                result.AddError(
                    $"--sigmas {result.Tokens[0].Value}: \"{parts[i]}\" is no number; " +
                        "give numbers separated by commas, such as 1,2,4,8,16.");
                return null;
            }
        }
        return numbers;
    }
}
