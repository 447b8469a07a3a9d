using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace FastSeg.Cli.Options;

/// <summary>--rgb A,B,C.</summary>
internal static class RgbOption
{
    /// <summary>The option; null where it is left out.</summary>
    public static Option<int[]?> Create() => new("--rgb")
    {
        HelpName = "A,B,C",
        Description =
            "Three channels, counted from 0, that deep features see as red, green and blue, such as 0,1,2; kept in the model. " +
            "[default: images of 1 or 3 channels as they are, otherwise the mean of all channels]",
        CustomParser = Parse,
    };

    private static int[]? Parse(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        int[] channels = [.. text.Split(',').Select(Number)];
        if (channels.Length == 3 && !channels.Contains(-1))
        {
            return channels;
        }
        result.AddError($"--rgb {text} are no three channels; give three numbers from 0 to {ImageInfo.MostChannels - 1}, such as 0,1,2.");
        return null;
    }

    /// <summary>The number of a channel; -1 for another text.</summary>
    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int channel) && channel < ImageInfo.MostChannels
            ? channel
            : -1;
}
