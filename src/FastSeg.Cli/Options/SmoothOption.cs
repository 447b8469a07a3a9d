using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace FastSeg.Cli.Options;

/// <summary>--smooth: what is done to the probabilities before each pixel gets its label.</summary>
internal static class SmoothOption
{
    /// <summary>What every command says of the modes.</summary>
    private const string Modes =
        "guided:R,EPS is a guided filter of radius R pixels (1 to 64) that keeps edges of the image; a larger EPS keeps fewer. " +
            "It may lose thin and rare classes. safe filters where the forest is unsure, and then weighs the classes so that each keeps " +
            "nearly the area it had on the whole page; it takes two passes.";

    private const string Guided = "guided", Auto = "auto";

    /// <summary>Stands for the word auto: the parser cannot hand on a null that was given.</summary>
    private static readonly Smoothing Chosen = Smoothing.Guided();

    /// <summary>The option; null where it is left out.</summary>
    /// <param name="what">What the option decides, as a sentence.</param>
    /// <param name="standard">What happens where it is left out.</param>
    public static Option<Smoothing?> Create(string what, string standard) =>
        Create(what, $" [default: {standard}]", "safe|guided[:R[,EPS]]|none", Parse);

    /// <summary>The option with the word auto besides, which is the default; <see cref="Given"/> reads it.</summary>
    /// <param name="what">What the option decides, as a sentence.</param>
    public static Option<Smoothing?> CreateWithAuto(string what)
    {
        Option<Smoothing?> option = Create(
            what,
            " auto takes the best of none, guided and safe by labels that are held out from training (safe unless another is clearly " +
                "better, or where nothing can be held out). [default: auto]",
            "auto|safe|guided[:R[,EPS]]|none", result => result.Tokens[0].Value == Auto ? Chosen : Parse(result));
        option.CompletionSources.Add(Auto);
        return option;
    }

    /// <summary>The smoothing that an option with auto says; null for auto, given or left out.</summary>
    public static Smoothing? Given(ParseResult parsed, Option<Smoothing?> option) =>
        parsed.GetValue(option) is { } smoothing && !ReferenceEquals(smoothing, Chosen) ? smoothing : null;

    private static Option<Smoothing?> Create(string what, string more, string helpName, Func<ArgumentResult, Smoothing?> parse)
    {
        var option = new Option<Smoothing?>("--smooth")
        {
            HelpName = helpName,
            Description = $"{what} {Modes}{more}",
            CustomParser = parse,
        };
        option.CompletionSources.Add("safe", Guided, "guided:8,0.05", "none");
        return option;
    }

    private static Smoothing? Parse(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        string[] parts = text.Split(':', 2);
        switch (parts)
        {
            case ["none"]:
                return Smoothing.None;
            case ["safe"]:
                return Smoothing.Safe;
            case [Guided]:
                return Smoothing.Guided();
            case [Guided, { } numbers]:
                return Numbers(result, text, numbers.Split(','));
            default:
                result.AddError(
                    $"--smooth {text}: give none, safe or guided; guided may say its radius and epsilon, as in guided:8,0.05.");
                return null;
        }
    }

    private static Smoothing? Numbers(ArgumentResult result, string text, string[] numbers)
    {
        Smoothing guided = Smoothing.Guided();
        int radius = 0;
        double epsilon = guided.Epsilon;
        if (numbers.Length > 2 || !int.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out radius)
            || radius is < 1 or > Smoothing.MostRadius)
        {
            result.AddError(
                $"--smooth {text}: behind guided comes the radius, a whole number from 1 to {Smoothing.MostRadius}, " +
                    "and if wanted a comma and epsilon, as in guided:8,0.05.");
            return null;
        }
        if (numbers.Length == 2
            && !(double.TryParse(numbers[1], NumberStyles.Float, CultureInfo.InvariantCulture, out epsilon)
                && epsilon > 0 && double.IsFinite(epsilon)))
        {
            result.AddError($"--smooth {text}: epsilon is a number above 0, in units of the image's variance, as in guided:8,0.05.");
            return null;
        }
        return Smoothing.Guided(radius, epsilon);
    }
}
