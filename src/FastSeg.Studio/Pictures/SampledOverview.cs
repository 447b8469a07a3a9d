using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FastSeg.Studio.Pictures;

/// <summary>
/// A small picture of a large image, quickly: a few rows of pixels out of each cell of 256 x 256, which cost one tile of a tiled file. When
/// time is up, cells that were not looked at show what a neighbour shows.
/// </summary>
internal sealed class SampledOverview
{
    private const int Side = PyramidLayout.Side;

    /// <summary>Pixels of the overview beside and below each other in a cell, and pixels of the image under each side of one.</summary>
    private const int PerCell = 8, Under = Side / PerCell;

    /// <summary>The first pass looks at every so many-th cell in both directions; each later one at half the distance.</summary>
    private const int FirstStride = 16;

    private readonly ImageReader _reader;
    private readonly SampleBlock _picture;
    private readonly int _across, _down;
    private readonly bool[] _seen;

    private SampledOverview(ImageReader reader)
    {
        _reader = reader;
        ImageInfo image = reader.Info;
        _picture = new SampleBlock(image, (int)((image.Width + Under - 1) / Under), (int)((image.Height + Under - 1) / Under));
        _across = (int)((image.Width + Side - 1) / Side);
        _down = (int)((image.Height + Side - 1) / Side);
        _seen = new bool[_across * _down];
    }

    /// <summary>One pixel for each 32 x 32 of the image.</summary>
    /// <param name="reader">The image.</param>
    /// <param name="most">How long to look at cells; the first pass is always made.</param>
    /// <param name="threads">Threads that read.</param>
    /// <exception cref="FastSegException">The image is damaged.</exception>
    public static SampleBlock Of(ImageReader reader, TimeSpan most, int threads)
    {
        var overview = new SampledOverview(reader);
        long start = Stopwatch.GetTimestamp();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads };
        for (int stride = FirstStride; stride >= 1; stride /= 2)
        {
            int step = stride;
            Parallel.For(0, (overview._down + step - 1) / step, parallel, row =>
            {
                for (int x = 0; x < overview._across && (step == FirstStride || Stopwatch.GetElapsedTime(start) < most); x += step)
                {
                    overview.Look(x, row * step);
                }
            });
        }
        overview.FillGaps();
        return overview._picture;
    }

    private void Look(int cellX, int cellY)
    {
        if (_seen[(cellY * _across) + cellX])
        {
            return;
        }
        ImageInfo image = _reader.Info;
        Region cell = new Region((long)cellX * Side, (long)cellY * Side, Side, Side).Intersect(image.Bounds);
        int rows = (int)((cell.Height + Under - 1) / Under);
        for (int row = 0; row < rows; row++)
        {
            int from = (cellY * PerCell) + row;
            if (row > 0 && _reader.PrefersWholeRows)
            {
                // Another row costs a strip of its own, which is as wide as the image.
                int first = from - row;
                _picture.Paste(_picture, cellX * PerCell, first, cellX * PerCell, from, (int)((cell.Width + Under - 1) / Under), 1);
                continue;
            }
            long y = Math.Min(cell.Y + (row * Under) + (Under / 2), cell.Bottom - 1);
            Means(SampleBlock.Read(_reader, new Region(cell.X, y, cell.Width, 1)), _picture.Row(from, cellX * PerCell));
        }
        _seen[(cellY * _across) + cellX] = true;
    }

    /// <summary>Means of each 32 pixels of a row.</summary>
    private static void Means(SampleBlock row, Span<byte> means)
    {
        switch (row.Type)
        {
            case SampleType.UInt8:
                Means<byte>(row.Bytes, means, row.Channels, sample => sample, mean => (byte)mean);
                break;
            case SampleType.UInt16:
                Means<ushort>(row.Bytes, means, row.Channels, sample => sample, mean => (ushort)mean);
                break;
            case SampleType.Int16:
                Means<short>(row.Bytes, means, row.Channels, sample => sample, mean => (short)mean);
                break;
            case SampleType.Int8:
                Means<sbyte>(row.Bytes, means, row.Channels, sample => sample, mean => (sbyte)mean);
                break;
            case SampleType.Float32:
                Means<float>(row.Bytes, means, row.Channels, sample => sample, mean => (float)mean);
                break;
            default:
                throw SampleBlock.NotNarrow(row.Type);
        }
    }

    private static void Means<T>(Span<byte> bytes, Span<byte> means, int channels, Func<T, double> value, Func<double, T> sample)
        where T : struct
    {
        Span<T> from = MemoryMarshal.Cast<byte, T>(bytes), to = MemoryMarshal.Cast<byte, T>(means);
        int pixels = from.Length / channels;
        for (int x = 0; x * Under < pixels; x++)
        {
            for (int c = 0; c < channels; c++)
            {
                double sum = 0;
                int count = 0;
                for (int i = x * Under; i < Math.Min(pixels, (x + 1) * Under); i++)
                {
                    double next = value(from[(i * channels) + c]);
                    if (double.IsFinite(next))
                    {
                        sum += next;
                        count++;
                    }
                }
                to[(x * channels) + c] = sample(count == 0 ? double.NaN : sum / count);
            }
        }
    }

    /// <summary>Copies to each cell that was not looked at the nearest one, up and to the left, that was.</summary>
    private void FillGaps()
    {
        for (int y = 0; y < _down; y++)
        {
            for (int x = 0; x < _across; x++)
            {
                (int fromX, int fromY) = (x, y);
                for (int stride = 2; !_seen[(fromY * _across) + fromX]; stride *= 2)
                {
                    (fromX, fromY) = (x / stride * stride, y / stride * stride);
                }
                if ((fromX, fromY) != (x, y))
                {
                    _picture.Paste(
                        _picture, fromX * PerCell, fromY * PerCell, x * PerCell, y * PerCell,
                        Math.Min(PerCell, _picture.Width - (x * PerCell)), Math.Min(PerCell, _picture.Height - (y * PerCell)));
                }
            }
        }
    }
}
