using FastSeg.Images.Samples;

namespace FastSeg;

/// <summary>What the frames of a session look like.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Type">Type of a sample.</param>
/// <param name="Channels">
/// Samples of a pixel, 1 to 16. Without a model, all of them are seen. A model sees as many as its images had; where a model of grey or RGB
/// is given 2 or 4, the last one is alpha, which is not looked at.
/// </param>
public sealed record FrameShape(int Width, int Height, SampleType Type, int Channels = 1)
{
    /// <summary>Whether frames may have fewer columns and rows; each frame then says its own size.</summary>
    public bool UpTo { get; init; }

    /// <summary>The channels that are read for a model: all of them, or all but alpha.</summary>
    /// <param name="model">What the model sees; null where there is none.</param>
    /// <exception cref="FastSegException">The model sees another number of channels.</exception>
    internal ChannelSet Read(ChannelSet? model)
    {
        bool alpha = Channels is 2 or 4 && model is { Count: 1 } or { IsColour: true };
        int read = alpha ? Channels - 1 : Channels;
        var seen = new ChannelSet(
            read, read == 3 && model is not { Count: 3, IsColour: false }, model?.Count == read ? model.Names : []);
        model?.Check(Describe("A frame", Width, Height, seen));
        return seen;
    }

    /// <summary>A frame as an image.</summary>
    internal ImageInfo Describe(string name, int width, int height, ChannelSet seen) =>
        new(name, width, height, seen.Count, Type.IsNarrow() ? Type : SampleType.Float32)
        {
            Stored = Type,
            IsColour = seen.IsColour,
            ChannelNames = seen.Names,
        };

    /// <summary>Refuses sizes that no image has.</summary>
    /// <exception cref="FastSegException">Which, and what would be right.</exception>
    internal void Check()
    {
        if (Width < 1 || Height < 1 || Channels is < 1 or > ImageInfo.MostChannels || !Enum.IsDefined(Type))
        {
            throw new FastSegException(
                $"Frames of {Width} x {Height} pixels with {Channels} channels cannot be; " +
                $"a frame has at least one pixel and 1 to {ImageInfo.MostChannels} channels.");
        }
    }
}
