using System.CommandLine;
using System.Globalization;

namespace FastSeg.Cli.Options;

/// <summary>--nan-as V and --data-bar auto|none: what a model sees where an image has no sample, or text.</summary>
internal sealed class LeaveOutOptions
{
    private readonly Option<float?> _nanAs;
    private readonly Option<string?> _dataBar;

    /// <summary>Makes the options.</summary>
    /// <param name="otherwise">What holds where they are left out, such as "what the model says".</param>
    /// <param name="otherBar">The same for --data-bar where it is something else.</param>
    public LeaveOutOptions(string otherwise, string? otherBar = null)
    {
        _nanAs = new("--nan-as")
        {
            HelpName = "V",
            Description =
                $"The number that stands for samples of float images that are NaN or infinite. [default: {otherwise}]",
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float number) && float.IsFinite(number))
                {
                    return number;
                }
                result.AddError($"--nan-as {text}: give a number, such as 0.");
                return null;
            },
        };
        _dataBar = new("--data-bar")
        {
            HelpName = "auto|none",
            Description =
                "auto: where the lowest rows look like the bar of text below an electron micrograph, they are left out as by --mask, and " +
                    $"said. [default: {otherBar ?? otherwise}]",
        };
        ChoiceOption.Only(_dataBar, "auto", "none");
    }

    /// <summary>--nan-as alone, for what a data bar does not change.</summary>
    public Option Number => _nanAs;

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [_nanAs, _dataBar];

    /// <summary>The number; null where none was given.</summary>
    public float? NanAs(ParseResult parsed) => parsed.GetValue(_nanAs);

    /// <summary>What was chosen; null where nothing was.</summary>
    public DataBar? Bar(ParseResult parsed) => parsed.GetValue(_dataBar) switch
    {
        null => null,
        "auto" => DataBar.Auto,
        _ => DataBar.None,
    };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in All)
        {
            command.Options.Add(option);
        }
    }
}
