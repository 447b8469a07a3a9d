using System.CommandLine;
using System.Globalization;

namespace FastSeg.Cli.Options;

/// <summary>Options that take a number inside a range.</summary>
internal static class NumberOption
{
    /// <summary>
    /// A whole number from <paramref name="least"/> to <paramref name="most"/>; <paramref name="value"/> where it is left out, or 0
    /// where there is none.
    /// </summary>
    public static Option<int> Whole(string name, string description, int? value, int least, int most, bool recursive = false)
    {
        var option = new Option<int>(name)
        {
            HelpName = "N",
            Description = description,
            Recursive = recursive,
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
                    && number >= least && number <= most)
                {
                    return number;
                }
                result.AddError($"{name} {text}: give a whole number from {least} to {most}.");
                return 0;
            },
        };
        if (value is { } standard)
        {
            option.DefaultValueFactory = _ => standard;
        }
        return option;
    }

    /// <summary>
    /// A number above 0 and at most <paramref name="most"/>; without <paramref name="value"/> it may be left out and is 0 then.
    /// </summary>
    public static Option<double> Real(string name, string helpName, string description, double? value, double most) =>
        Checked(name, helpName, description, value, number => number > 0 && number <= most, $"a number above 0, at most {most}");

    /// <summary>A finite number from 0 up; <paramref name="value"/> where it is left out.</summary>
    public static Option<double> FromZero(string name, string helpName, string description, double value) =>
        Checked(name, helpName, description, value, number => number >= 0 && double.IsFinite(number), "a number from 0 up");

    private static Option<double> Checked(
        string name, string helpName, string description, double? value, Func<double, bool> fits, string wanted)
    {
        var option = new Option<double>(name)
        {
            HelpName = helpName,
            Description = description,
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && fits(number))
                {
                    return number;
                }
                result.AddError($"{name} {text}: give {wanted}.");
                return 0;
            },
        };
        if (value is { } standard)
        {
            option.DefaultValueFactory = _ => standard;
        }
        return option;
    }
}
