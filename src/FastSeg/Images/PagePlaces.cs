using System.Globalization;
using System.Xml;

namespace FastSeg.Images;

/// <summary>Which page holds which plane of an image, as the elements "TiffData" of OME-XML say, in any order.</summary>
internal sealed class PagePlaces
{
    /// <summary>Larger numbers are damage, and planes of more images are taken in their order.</summary>
    private const int Most = 1 << 20;

    private readonly List<(int Page, int Channel, int Slice, int Frame, int Count)> _blocks = [];

    /// <summary>The page of the first block; null where no block names one.</summary>
    public int? First { get; private set; }

    /// <summary>Takes an element, on which the reader stands.</summary>
    public void Add(XmlReader xml)
    {
        if (_blocks.Count == Most)
        {
            return;
        }
        // Pages count from 0 there. A block that names a page is of that page alone, if it does not say how many follow.
        int? directory = Number(xml, "IFD");
        First ??= _blocks.Count == 0 && directory is { } named ? named + 1 : null;
        _blocks.Add((
            (directory ?? 0) + 1, Number(xml, "FirstC") ?? 0, Number(xml, "FirstZ") ?? 0, Number(xml, "FirstT") ?? 0,
            Number(xml, "PlaneCount") ?? (directory is null ? Most : 1)));
    }

    /// <summary>
    /// The page of each plane; null where the blocks do not give each of them a page of its own in this file: others may lie in other
    /// files. One block says no more than where the pages begin.
    /// </summary>
    /// <param name="order">The order of planes, the fastest first: "CZT".</param>
    /// <param name="channels">Channels that have pages of their own.</param>
    /// <param name="slices">Slices.</param>
    /// <param name="frames">Frames.</param>
    public int[]? Of(string order, int channels, int slices, int frames)
    {
        long planes = (long)channels * slices * frames;
        if (planes is < 1 or > Most || _blocks.Count < 2)
        {
            return null;
        }
        int[] pages = new int[planes];
        foreach ((int page, int channel, int slice, int frame, int count) in _blocks)
        {
            long plane = 0, step = 1;
            foreach (char axis in order)
            {
                (int place, int size) = axis switch
                {
                    'C' => (channel, channels),
                    'Z' => (slice, slices),
                    _ => (frame, frames),
                };
                plane += place < size ? place * step : planes;
                step *= size;
            }
            for (int i = 0; i < count && plane + i < planes; i++)
            {
                if (pages[plane + i] != 0)
                {
                    return null;
                }
                pages[plane + i] = page + i;
            }
        }
        int first = pages.Min();
        return first > 0 && pages.Max() - first + 1 == planes && pages.Distinct().Count() == planes ? pages : null;
    }

    private static int? Number(XmlReader xml, string name) =>
        int.TryParse(xml.GetAttribute(name), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < Most
            ? number
            : null;
}
