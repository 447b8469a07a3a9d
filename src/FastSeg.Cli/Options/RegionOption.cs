using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace FastSeg.Cli.Options;

/// <summary>--region X,Y,W,H.</summary>
internal static class RegionOption
{
    /// <summary>The option; null where it is left out.</summary>
    /// <param name="what">What becomes of the rectangle.</param>
    public static Option<Region?> Create(string what = "outputs have its size, features still see what lies around it") => new("--region")
    {
        HelpName = "X,Y,W,H",
        Description = $"Only this rectangle, in pixels; {what}. [default: the whole image]",
        CustomParser = Parse,
    };

    private static Region? Parse(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        string[] parts = text.Split(',');
        long[] numbers = new long[4];
        bool good = parts.Length == 4;
        for (int i = 0; good && i < 4; i++)
        {
            good = long.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]) && numbers[i] <= int.MaxValue;
        }
        if (!good || numbers[2] == 0 || numbers[3] == 0)
        {
            result.AddError($"--region {text} is no rectangle; give X,Y,W,H in whole pixels, such as 0,0,1024,960.");
            return null;
        }
        return new Region(numbers[0], numbers[1], numbers[2], numbers[3]);
    }
}
