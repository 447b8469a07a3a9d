using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace FastSeg.Cli.Options;

/// <summary>How image files are opened: --channels-from-pages, --orient, --select and --level.</summary>
internal sealed class OpeningOptions
{
    private readonly Option<bool> _pages = new("--channels-from-pages")
    {
        Description =
            "The pages of a TIFF are channels of one image: all of them, or, where OME-XML or ImageJ says what they are, those of one " +
            "slice and frame, of which FILE#N names a page. Kept in a model. ImageJ composites are read so without this.",
    };

    private readonly Option<bool> _orient = new("--orient")
    {
        Description =
            "Turn images, labels and masks as their files say (orientation of TIFF and EXIF); outputs are turned, too. Kept in a model.",
    };

    private readonly Option<PlaneSelection?> _select = new("--select")
    {
        HelpName = "t=0,z=12,c=1",
        Description =
            "Which plane of an OME-Zarr, from 0 up; labels and masks that have the axis, too. [default: the first, all channels]",
        CustomParser = Select,
    };

    private readonly Option<int> _level = new("--level")
    {
        HelpName = "N",
        Description = "Which size of an OME-Zarr or a pyramid TIFF, 0 being the largest.",
        DefaultValueFactory = _ => 0,
    };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_pages);
        command.Options.Add(_orient);
        command.Options.Add(_select);
        command.Options.Add(_level);
    }

    /// <summary>What was asked for, besides what a model was trained with.</summary>
    public ImageOptions Wanted(ParseResult parsed, Model? model = null)
    {
        var given = new ImageOptions
        {
            ChannelsFromPages = parsed.GetValue(_pages),
            Orient = parsed.GetValue(_orient),
            Select = parsed.GetValue(_select),
            Level = parsed.GetValue(_level),
        };
        return model is null ? given : model.Opening.And(given);
    }

    private static PlaneSelection? Select(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        var numbers = new Dictionary<string, int>();
        foreach (string part in text.Split(','))
        {
            string[] sides = part.Split('=');
            if (sides.Length != 2 || sides[0] is not ("t" or "z" or "c")
                || !int.TryParse(sides[1], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                || !numbers.TryAdd(sides[0], number))
            {
                result.AddError($"--select {text} names no plane; give numbers from 0 for some of t, z and c, such as t=0,z=12.");
                return null;
            }
        }
        int? Of(string axis) => numbers.TryGetValue(axis, out int number) ? number : null;
        return new PlaneSelection(Of("t"), Of("z"), Of("c"));
    }
}
