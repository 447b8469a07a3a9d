using System.Runtime.Intrinsics;
using FastSeg.Common;
using FastSeg.Native;

namespace FastSeg.Probabilities;

/// <summary>
/// The pixels of a page on which the areas of classes are counted: every so many columns and rows, from the page's corner, whatever region
/// or tiles are computed. It keeps their probabilities as 16 bits, class by class. Several threads may put tiles into it.
/// </summary>
internal sealed unsafe class CountingGrid : IDisposable
{
    /// <summary>Most pixels that are counted.</summary>
    private const long MostPixels = 4L << 20;

    /// <summary>Most probabilities that are kept: pixels times classes.</summary>
    private const long MostValues = 64L << 20;

    /// <summary>Pixels of one step of a count, which a thread does as a whole.</summary>
    private const int Chunk = 1 << 16;

    /// <summary>What the vectors call the class of a pixel that is not counted; there are at most 255 classes, from 0.</summary>
    private const byte Uncounted = 255;

    private readonly HostBuffer _values;
    private readonly int _classes;
    private readonly long _step, _columns, _pixels;

    /// <summary>Allocates the grid, of which no pixel is counted yet.</summary>
    /// <param name="page">The whole page.</param>
    /// <param name="classes">Number of classes.</param>
    public CountingGrid(Region page, int classes)
    {
        _classes = classes;
        _step = Step(page, classes);
        _columns = Count(page.Width, _step);
        _pixels = _columns * Count(page.Height, _step);
        _values = new HostBuffer(Bytes(page, classes));
        // A pixel that is counted has a class with a probability of at least 1 / classes, so 0 in every class says that it is not.
        new Span<byte>(_values.Pointer, checked((int)_values.Length)).Clear();
    }

    /// <summary>Bytes that the constructor allocates.</summary>
    public static long Bytes(Region page, int classes)
    {
        long step = Step(page, classes);
        return Count(page.Width, step) * Count(page.Height, step) * classes * sizeof(ushort);
    }

    /// <summary>Columns and rows from a counted pixel to the next: the smallest number that keeps both limits.</summary>
    public static long Step(Region page, int classes)
    {
        long most = Math.Min(MostPixels, MostValues / classes);
        // No smaller step could do; a larger one may be needed, because each row and column counts a last pixel.
        long step = Math.Max(1, (long)Math.Sqrt((double)page.Pixels / most) - 1);
        while ((Int128)Count(page.Width, step) * Count(page.Height, step) > most)
        {
            step++;
        }
        return step;
    }

    /// <summary>Puts the counted pixels of a tile's core into the grid.</summary>
    /// <param name="values">Probabilities as 16 bits: classes x pixels of <paramref name="whole"/>; the caller's memory.</param>
    /// <param name="classes">The class of each of these pixels before any smoothing; null where the probabilities tell.</param>
    /// <param name="whole">The pixels that values and classes hold: at least the tile's core.</param>
    /// <param name="tile">The tile with its probabilities before any smoothing; the areas are theirs.</param>
    /// <param name="areas">How many of the pixels each class has; added to what is there.</param>
    public void Take(ushort* values, byte* classes, Region whole, in GuidedTileCpu tile, long[] areas)
    {
        ushort* grid = (ushort*)_values.Pointer;
        Region core = tile.Core;
        for (long y = FirstFrom(core.Y); y < core.Bottom; y += _step)
        {
            for (long x = FirstFrom(core.X); x < core.Right; x += _step)
            {
                if (tile.Mask != null && tile.Mask[tile.MaskAt(x, y)] == 0)
                {
                    continue;
                }
                long from = ((y - whole.Y) * whole.Width) + (x - whole.X), to = (y / _step * _columns) + (x / _step);
                for (int c = 0; c < _classes; c++)
                {
                    grid[(c * _pixels) + to] = values[(c * whole.Pixels) + from];
                }
                areas[classes == null ? Largest(tile.Probabilities + tile.At(x, y), tile.PlaneStride) : classes[from]]++;
            }
        }
    }

    /// <summary>
    /// How many counted pixels have each class where the probability of the class that a pixel had before smoothing is multiplied by that
    /// class's weight; ties go to the lowest class.
    /// </summary>
    /// <param name="weights">One a class.</param>
    /// <param name="workers">Threads.</param>
    /// <param name="cancellation">Looked at between chunks.</param>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public long[] Count(float[] weights, int workers, CancellationToken cancellation)
    {
        long[][] counts = [.. Enumerable.Range(0, workers).Select(_ => new long[Uncounted + 1])];
        var options = new ComputeOptions { Cancellation = cancellation };
        Workers.Run(workers, (_pixels + Chunk - 1) / Chunk, options, (worker, chunk) =>
        {
            long first = chunk * Chunk;
            Count(weights, first, (int)Math.Min(Chunk, _pixels - first), counts[worker]);
        });
        return [.. Enumerable.Range(0, _classes).Select(c => counts.Sum(count => count[c]))];
    }

    /// <summary>The rows of the grid that lie in rows of the page, as a half-open range.</summary>
    /// <param name="from">The first row of the page.</param>
    /// <param name="to">The row behind the last one.</param>
    public (long From, long To) RowsOf(long from, long to) => (Count(from, _step), Count(to, _step));

    /// <summary>What the grid has of rows of its own, for a class: 16 bits a pixel.</summary>
    /// <param name="c">The class.</param>
    /// <param name="from">The first of the grid's rows.</param>
    /// <param name="to">The row behind the last one.</param>
    public Span<byte> Part(int c, long from, long to) =>
        new((ushort*)_values.Pointer + (c * _pixels) + (from * _columns), checked((int)((to - from) * _columns * sizeof(ushort))));

    /// <inheritdoc/>
    public void Dispose() => _values.Dispose();

    private static long Count(long length, long step) => (length + step - 1) / step;

    /// <summary>The first counted column or row from one on.</summary>
    private long FirstFrom(long at) => (at + _step - 1) / _step * _step;

    /// <summary>The class of a pixel's largest probability, the lowest on a tie.</summary>
    private int Largest(float* p, long classStride)
    {
        int most = 0;
        for (int c = 1; c < _classes; c++)
        {
            most = p[c * classStride] > p[most * classStride] ? c : most;
        }
        return most;
    }

    /// <summary>Counts the classes of neighbouring pixels of the grid.</summary>
    private void Count(float[] weights, long first, int count, long[] counts)
    {
        ushort* values = (ushort*)_values.Pointer + first;
        byte* classes = stackalloc byte[Vector512<float>.Count];
        int i = 0;
        for (; i <= count - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            Vector512<float> best = Vector512<float>.Zero;
            Vector512<int> label = Vector512.Create((int)Uncounted);
            for (int c = 0; c < _classes; c++)
            {
                Vector256<ushort> value = Vector256.Load(values + (c * _pixels) + i);
                Vector512<uint> wide = Vector512.Create(Vector256.WidenLower(value), Vector256.WidenUpper(value));
                Vector512<int> own = Vector512.GreaterThan(wide.AsInt32(), Vector512.Create(SafeRule.One));
                Vector512<float> plain = Vector512.ConvertToSingle(wide.AsInt32() & Vector512.Create(SafeRule.One));
                Vector512<float> weighted = Vector512.ConditionalSelect(own.AsSingle(), plain * weights[c], plain);
                Vector512<float> above = Vector512.GreaterThan(weighted, best);
                best = Vector512.ConditionalSelect(above, weighted, best);
                label = Vector512.ConditionalSelect(above.AsInt32(), Vector512.Create(c), label);
            }
            Vector256<short> narrow = Vector256.Narrow(label.GetLower(), label.GetUpper());
            Vector128.Narrow(narrow.GetLower(), narrow.GetUpper()).AsByte().Store(classes);
            for (int lane = 0; lane < Vector512<float>.Count; lane++)
            {
                counts[classes[lane]]++;
            }
        }
        for (; i < count; i++)
        {
            int most = Uncounted;
            float best = 0;
            for (int c = 0; c < _classes; c++)
            {
                ushort value = values[(c * _pixels) + i];
                float weighted = value < SafeRule.Own ? value : (value - SafeRule.Own) * weights[c];
                (most, best) = weighted > best ? (c, weighted) : (most, best);
            }
            counts[most]++;
        }
    }
}
