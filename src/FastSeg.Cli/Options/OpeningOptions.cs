using System.CommandLine;

namespace FastSeg.Cli.Options;

/// <summary>How image files are opened: --channels-from-pages and --orient.</summary>
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

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_pages);
        command.Options.Add(_orient);
    }

    /// <summary>What was asked for, besides what a model was trained with.</summary>
    public ImageOptions Wanted(ParseResult parsed, Model? model = null)
    {
        var given = new ImageOptions { ChannelsFromPages = parsed.GetValue(_pages), Orient = parsed.GetValue(_orient) };
        return model is null ? given : model.Opening.And(given);
    }
}
