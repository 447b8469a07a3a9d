using System.Runtime.InteropServices;

namespace FastSeg.Images.Labels;

/// <summary>How often each colour occurs in a label image, and how many pixels are transparent.</summary>
internal sealed class ColourScan
{
    /// <summary>More colours than any labels have; a picture is given up there.</summary>
    private const int MostColours = 1 << 16;

    private readonly Dictionary<LabelColour, long> _counts = [];

    /// <summary>Pixels of each colour that are not transparent.</summary>
    public IReadOnlyDictionary<LabelColour, long> Counts => _counts;

    /// <summary>Pixels whose alpha is 0.</summary>
    public long Transparent { get; private set; }

    /// <summary>Whether any pixel's channels differ.</summary>
    public bool IsColoured => _counts.Keys.Any(colour => colour.Red != colour.Green || colour.Red != colour.Blue);

    /// <summary>Reads an image of three channels of uint8 or uint16, which alpha may follow.</summary>
    public static ColourScan Of(ImageReader image)
    {
        var scan = new ColourScan();
        ImageInfo info = image.Info;
        long rows = Math.Clamp((1 << 20) / info.Width, 1, info.Height);
        byte[] samples = new byte[checked(rows * info.Width * info.PixelBytes)];
        for (long y = 0; y < info.Height && scan._counts.Count <= MostColours; y += rows)
        {
            Region part = new Region(0, y, info.Width, rows).Intersect(info.Bounds);
            Span<byte> read = samples.AsSpan(0, checked((int)(part.Pixels * info.PixelBytes)));
            image.Read(part, read);
            scan.Add(read, info);
        }
        return scan;
    }

    /// <summary>The colour of a pixel.</summary>
    public static LabelColour Colour(ReadOnlySpan<byte> pixel, bool wide) => wide
        ? new LabelColour(BitConverter.ToUInt16(pixel), BitConverter.ToUInt16(pixel[2..]), BitConverter.ToUInt16(pixel[4..]))
        : LabelColour.Of(pixel[0], pixel[1], pixel[2]);

    private void Add(ReadOnlySpan<byte> samples, ImageInfo info)
    {
        int bytes = info.PixelBytes, alpha = bytes - info.Type.Bytes();
        bool wide = info.Type == SampleType.UInt16;
        while (!samples.IsEmpty)
        {
            ReadOnlySpan<byte> pixel = samples[..bytes];
            // Equal pixels side by side are counted together: label images have long runs of them.
            int run = bytes;
            while (run < samples.Length && samples.Slice(run, bytes).SequenceEqual(pixel))
            {
                run += bytes;
            }
            if (info.HasAlpha && !pixel[alpha..].ContainsAnyExcept((byte)0))
            {
                Transparent += run / bytes;
            }
            else
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_counts, Colour(pixel, wide), out _) += run / bytes;
            }
            samples = samples[run..];
        }
    }
}
