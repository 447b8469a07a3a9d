using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace FastSeg.Cli.Options;

/// <summary>--void and --colours: how the samples of a label image are read as classes.</summary>
internal sealed class LabelsOptions
{
    private readonly Option<long?> _void;
    private readonly Option<IReadOnlyDictionary<LabelColour, int>?> _colours;

    /// <summary>Makes the options.</summary>
    /// <param name="what">What the label images are called: "labels" or "truth".</param>
    public LabelsOptions(string what)
    {
        _void = new Option<long?>("--void")
        {
            HelpName = "VALUE",
            Description = $"A value of the {what} that is unlabelled, as 0 and negative ones are; 255 is the usual one. [default: none]",
        };
        _colours = new Option<IReadOnlyDictionary<LabelColour, int>?>("--colours")
        {
            HelpName = "RED=1,..",
            Description =
                $"Which class each colour of the {what} is, by its CSS name or #rrggbb, as in red=1,#00ff00=2; every other colour is " +
                "unlabelled. [default: each exact colour is a class, but for transparent, black or white as the background]",
            CustomParser = Parse,
        };
    }

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_void);
        command.Options.Add(_colours);
    }

    /// <summary>What was given.</summary>
    public LabelOptions Of(ParseResult parsed) =>
        new() { Void = parsed.GetValue(_void), Colours = parsed.GetValue(_colours) is { Count: > 0 } colours ? colours : null };

    private static Dictionary<LabelColour, int>? Parse(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        var colours = new Dictionary<LabelColour, int>();
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            string[] sides = part.Split('=', StringSplitOptions.TrimEntries);
            if (sides.Length != 2 || !LabelColour.TryParse(sides[0], out LabelColour colour)
                || !int.TryParse(sides[1], NumberStyles.None, CultureInfo.InvariantCulture, out int value) || value > ushort.MaxValue)
            {
                result.AddError($"--colours {text}: {part} is no COLOUR=CLASS; give a CSS name or #rrggbb, =, and 0 to 65535.");
                return null;
            }
            if (!colours.TryAdd(colour, value))
            {
                result.AddError($"--colours {text}: {sides[0]} stands there twice; give every colour once.");
                return null;
            }
        }
        return colours;
    }
}
