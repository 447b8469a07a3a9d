using FastSeg.Native;

namespace FastSeg.Images.Tiff;

/// <summary>
/// Tells which byte of a big-endian file's floats predictor 3 put first. Adobe's note says the highest, in any file, and tifffile writes it
/// so; but libtiff on a little-endian machine swaps the floats of a big-endian file before it splits them, so that the lowest comes first,
/// and reads them so. Only the values show which of the two wrote a page. All of its segments are of one order, so a few of them, always
/// the same ones, are asked once: a single one may hold values of which nothing can be told.
/// </summary>
/// <param name="page">The page.</param>
internal sealed unsafe class FloatOrder(TiffPage page)
{
    /// <summary>Most segments that are asked.</summary>
    private const int MostAsked = 16;

    private readonly Lock _gate = new();
    private bool? _swapped;

    /// <summary>Whether the bytes of the page's floats have to be swapped.</summary>
    /// <param name="decoder">Decodes the segments that are asked, with the highest byte first.</param>
    public bool IsSwapped(TiffDecoder decoder)
    {
        lock (_gate)
        {
            return _swapped ??= Ask(decoder);
        }
    }

    private bool Ask(TiffDecoder decoder)
    {
        using var memory = new HostBuffer(page.SegmentBytes);
        int asked = (int)Math.Min(page.Segments, MostAsked);
        long lead = 0;
        for (int i = 0; i < asked; i++)
        {
            long segment = page.Segments * i / asked;
            if (page.IsLeftOut(segment))
            {
                continue;
            }
            try
            {
                long bytes = decoder.DecodeAsStored(segment, memory.Pointer);
                lead += Lead(memory.Pointer, bytes, page.Bits / 8);
            }
            catch (FastSegException)
            {
                // A damaged segment says nothing here; whoever wants its pixels is told.
            }
        }
        return lead > 0;
    }

    /// <summary>How many more of the floats have a magnitude that is met in images after their bytes are swapped than before.</summary>
    /// <param name="samples">Little-endian floats, if the highest byte came first.</param>
    /// <param name="bytes">Their bytes.</param>
    /// <param name="size">Bytes of a float: 2, 3, 4 or 8.</param>
    private static long Lead(byte* samples, long bytes, int size)
    {
        long asTheyAre = 0, swapped = 0;
        for (byte* value = samples; value < samples + bytes; value += size)
        {
            asTheyAre += IsUsual(value[size - 1], value[size - 2], size) ? 1 : 0;
            swapped += IsUsual(value[0], value[1], size) ? 1 : 0;
        }
        return swapped - asTheyAre;
    }

    /// <summary>Whether a float with these two highest bytes is between about 1e-6 and 1e6 (0.001 and 1000 in 16 bits).</summary>
    private static bool IsUsual(byte highest, byte next, int size)
    {
        int bits = ((highest & 0x7F) << 8) | next;
        (int exponent, int bias, int reach) = size switch
        {
            2 => (bits >> 10, 15, 10),
            3 => (bits >> 8, 63, 20),
            4 => (bits >> 7, 127, 20),
            _ => (bits >> 4, 1023, 20),
        };
        return exponent >= bias - reach && exponent <= bias + reach;
    }
}
