namespace FastSeg;

/// <summary>What the frames of a session look like.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Type">Type of a sample.</param>
/// <param name="Channels">Samples of a pixel: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha. Alpha is not looked at.</param>
public sealed record FrameShape(int Width, int Height, SampleType Type, int Channels = 1)
{
    /// <summary>Whether frames may have fewer columns and rows; each frame then says its own size.</summary>
    public bool UpTo { get; init; }

    /// <summary>Channels that filters can see: 1 or 3.</summary>
    internal int Colours => Channels < 3 ? 1 : 3;

    /// <summary>Refuses sizes that no image has.</summary>
    /// <exception cref="FastSegException">Which, and what would be right.</exception>
    internal void Check()
    {
        if (Width < 1 || Height < 1 || Channels is < 1 or > 4 || !Enum.IsDefined(Type))
        {
            throw new FastSegException(
                $"Frames of {Width} x {Height} pixels with {Channels} channels cannot be; " +
                "a frame has at least one pixel and 1, 2 (alpha), 3 or 4 (alpha) channels.");
        }
        if (!Type.IsNarrow())
        {
            throw new FastSegException(
                $"Frames of {Type.Name()} cannot be; a session takes uint8, int8, uint16, int16 or float32.");
        }
    }
}
