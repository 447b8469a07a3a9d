using System.Runtime.InteropServices;

namespace FastSeg.Cli.Pictures;

/// <summary>A label image at the size of its image's picture, and how many pixels of the whole image each value has.</summary>
internal sealed class ShrunkLabels
{
    private readonly int _factor;

    private ShrunkLabels(ImageInfo info, int factor)
    {
        (Name, Classes, _factor) = (info.Name, info.Classes, factor);
        (Width, Height) = (Shrunk.Size(info.Width, factor), Shrunk.Size(info.Height, factor));
        Labels = new ushort[Width * Height];
    }

    private ShrunkLabels(ShrunkLabels other, ushort[] labels)
    {
        (Name, Classes, _factor, Width, Height) = (other.Name, other.Classes, other._factor, other.Width, other.Height);
        (Labels, Pixels) = (labels, other.Pixels);
    }

    /// <summary>The label image's name.</summary>
    public string Name { get; }

    /// <summary>The classes that its file names; empty where it names none.</summary>
    public IReadOnlyList<LabelClass> Classes { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>The picture's labels, row by row.</summary>
    public ushort[] Labels { get; }

    /// <summary>Pixels of each value, in the whole image.</summary>
    public long[] Pixels { get; } = new long[ushort.MaxValue + 1];

    /// <summary>Reads a label image.</summary>
    /// <param name="reader">One channel of uint8 or uint16.</param>
    /// <param name="cancellation">Looked at between strips.</param>
    /// <param name="longest">The longest side of the picture.</param>
    /// <param name="thin">
    /// Whether a picture pixel gets the value that most drawn pixels under it have, so that thin strokes stay; otherwise that of the pixel
    /// in its middle.
    /// </param>
    public static ShrunkLabels Of(
        ImageReader reader, CancellationToken cancellation, int longest = Picture.LongestSide, bool thin = false)
    {
        ImageInfo info = reader.Info;
        var shrunk = new ShrunkLabels(info, Picture.Factor(info.Width, info.Height, longest));
        foreach ((Region strip, byte[] bytes) in Shrunk.Strips(reader, shrunk._factor, cancellation))
        {
            ushort[] values = new ushort[strip.Pixels];
            if (info.Type == SampleType.UInt8)
            {
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = bytes[i];
                }
            }
            else
            {
                MemoryMarshal.Cast<byte, ushort>(bytes)[..values.Length].CopyTo(values);
            }
            foreach (ushort value in values)
            {
                shrunk.Pixels[value]++;
            }
            shrunk.Take(strip, values, thin);
        }
        return shrunk;
    }

    /// <summary>The same picture with other labels; the pixels stay counted by the values that the image has.</summary>
    public ShrunkLabels With(Func<ushort, ushort> labelOf) => new(this, [.. Labels.Select(labelOf)]);

    /// <summary>The labels with squares of pixels in the place of each.</summary>
    public ushort[] Enlarged(int factor)
    {
        int width = Width * factor;
        return [.. Enumerable.Range(0, width * Height * factor).Select(i => Labels[(i / width / factor * Width) + (i % width / factor)])];
    }

    private void Take(Region strip, ushort[] values, bool thin)
    {
        var counts = new Dictionary<ushort, int>();
        for (int y = 0; y < strip.Height; y += _factor)
        {
            int bottom = (int)Math.Min(strip.Height, y + _factor), to = (int)((strip.Y + y) / _factor) * Width;
            for (int x = 0; x < Width; x++)
            {
                int left = x * _factor, right = (int)Math.Min(strip.Width, left + _factor);
                long row = Math.Min(y + (_factor / 2), strip.Height - 1), column = Math.Min(left + (_factor / 2), strip.Width - 1);
                Labels[to + x] = thin
                    ? Most(values, (int)strip.Width, (left, y, right, bottom), counts)
                    : values[(row * strip.Width) + column];
            }
        }
    }

    /// <summary>The value that most drawn pixels of a rectangle have, of several the smallest; 0 where none is drawn.</summary>
    private static ushort Most(ushort[] values, int width, (int Left, int Top, int Right, int Bottom) part, Dictionary<ushort, int> counts)
    {
        counts.Clear();
        for (int y = part.Top; y < part.Bottom; y++)
        {
            foreach (ushort value in values.AsSpan((y * width) + part.Left, part.Right - part.Left))
            {
                if (value != 0)
                {
                    counts[value] = counts.GetValueOrDefault(value) + 1;
                }
            }
        }
        return counts.Count == 0 ? (ushort)0 : counts.OrderByDescending(one => one.Value).ThenBy(one => one.Key).First().Key;
    }
}
