using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace FastSeg.Cli.Cluster;

/// <summary>Options that take a time, such as 10m.</summary>
internal static class DurationOption
{
    private const double Longest = 365 * 86_400.0;

    private static readonly (string Unit, double Seconds)[] Units = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)];

    /// <summary>An option whose value is a time from 0 up; <paramref name="value"/> where it is left out.</summary>
    public static Option<TimeSpan> Create(string name, string description, TimeSpan value) =>
        new(name) { HelpName = "TIME", Description = description, DefaultValueFactory = _ => value, CustomParser = Read };

    /// <summary>The time of "90s", "10m", "1.5h" or "0"; null where the text is none.</summary>
    public static TimeSpan? Parse(string text)
    {
        (string unit, double scale) = Units.FirstOrDefault(known => text.EndsWith(known.Unit, StringComparison.Ordinal), ("", 0));
        string digits = text[..^unit.Length];
        bool number = double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count);
        // A bare number would leave open what it counts; 0 counts nothing.
        return number && (unit.Length > 0 || count == 0) && count * scale <= Longest ? TimeSpan.FromSeconds(count * scale) : null;
    }

    private static TimeSpan Read(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        TimeSpan? time = Parse(text);
        if (time is null)
        {
            string name = ((OptionResult)result.Parent!).Option.Name;
            result.AddError($"{name} {text} is no time; give a number with s, m, h or d, such as 90s or 10m, or 0.");
        }
        return time ?? TimeSpan.Zero;
    }
}
