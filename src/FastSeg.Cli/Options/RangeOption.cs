using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace FastSeg.Cli.Options;

/// <summary>--range LO HI.</summary>
internal static class RangeOption
{
    /// <summary>The option; null where it is left out.</summary>
    public static Option<InputRange?> Create() => new("--range")
    {
        HelpName = "LO HI",
        Description = "Without standardisation: samples that are seen as 0 and 1 (uint16 and int16 count as sample / 65535). " +
            "[default: 0 1 for 8-bit images, otherwise the 0.1 and 99.9 percentiles over the images given]",
        Arity = new ArgumentArity(1, 2),
        AllowMultipleArgumentsPerToken = true,
        CustomParser = Parse,
    };

    private static InputRange? Parse(ArgumentResult result)
    {
        string[] texts = [.. result.Tokens.Select(token => token.Value)];
        float low = 0, high = 0;
        bool good = texts.Length == 2 && Number(texts[0], out low) && Number(texts[1], out high) && low < high;
        if (good)
        {
            return new InputRange(low, high);
        }
        result.AddError($"--range {string.Join(' ', texts)} is no range; give two finite numbers, the smaller first.");
        return null;
    }

    private static bool Number(string text, out float number) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && float.IsFinite(number);
}
