using FastSeg.Images;

namespace FastSeg.Deep;

/// <summary>
/// The upsampler on a GPU for images of one size: its stages, which rows and columns of each a tile needs, and where in a tile's scratch
/// each is kept. Coordinates are the whole image's, so tiles equal the whole. Immutable.
/// </summary>
internal sealed class UpsamplerGpuPlan
{
    /// <summary>Where a stage begins in the scratch is a multiple of this.</summary>
    private const long Alignment = 256;

    private readonly List<UpsamplerGpuStage> _stages;
    private readonly long[] _offsets;

    /// <summary>Lays out the stages and the scratch.</summary>
    /// <param name="network">The weights.</param>
    /// <param name="height">Rows of the guidance image, filled up to whole patches, and of the result.</param>
    /// <param name="width">Columns of them.</param>
    /// <param name="lowHeight">Rows of the low-resolution features.</param>
    /// <param name="lowWidth">Columns of them.</param>
    /// <param name="maxWidth">Columns of the widest tile.</param>
    /// <param name="maxHeight">Rows of the tallest tile.</param>
    public UpsamplerGpuPlan(Upsampler network, int height, int width, int lowHeight, int lowWidth, int maxWidth, int maxHeight)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Math.Min(Math.Min(height, width), Math.Min(lowHeight, lowWidth)), 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Math.Min(maxWidth, maxHeight), 1);
        (Network, Height, Width, LowHeight, LowWidth) = (network, height, width, lowHeight, lowWidth);
        (MaxWidth, MaxHeight) = (Math.Min(maxWidth, width), Math.Min(maxHeight, height));
        _stages = UpsamplerGpuLayout.Of(network, height, width, lowHeight, lowWidth);
        _offsets = new long[_stages.Count];
        int[] rows = Extents(true, MaxHeight), columns = Extents(false, MaxWidth);
        MaxGuidancePixels = (long)rows[^1] * columns[^1];
        Place(rows, columns);
    }

    /// <summary>The weights.</summary>
    public Upsampler Network { get; }

    /// <summary>Rows of the guidance image and of the result.</summary>
    public int Height { get; }

    /// <summary>Columns of the guidance image and of the result.</summary>
    public int Width { get; }

    /// <summary>Rows of the low-resolution features.</summary>
    public int LowHeight { get; }

    /// <summary>Columns of the low-resolution features.</summary>
    public int LowWidth { get; }

    /// <summary>Columns of the widest tile.</summary>
    public int MaxWidth { get; }

    /// <summary>Rows of the tallest tile.</summary>
    public int MaxHeight { get; }

    /// <summary>Every stage, each after those it reads; the last one, resized to the image, is the result.</summary>
    public IReadOnlyList<UpsamplerGpuStage> Stages => _stages;

    /// <summary>Bytes of scratch that a tile of at most the largest size needs.</summary>
    public long ScratchBytes { get; private set; }

    /// <summary>Most pixels of the guidance image that a tile depends on.</summary>
    public long MaxGuidancePixels { get; }

    /// <summary>Whether the last stage has the image's size, so that it is the result as it is.</summary>
    public bool EndsAtImage => _stages[^1].Width == Width && _stages[^1].Height == Height;

    /// <summary>Byte at which the room of <see cref="UpsamplerOutputGpu{TSink}"/> begins in the scratch.</summary>
    public long RoomOffset { get; private set; }

    /// <summary>Byte at which a stage begins in the scratch.</summary>
    public long Offset(int stage) => _offsets[stage];

    /// <summary>
    /// The rows (or columns) of every stage that rows (columns) <paramref name="first"/> .. <paramref name="last"/> of the result need.
    /// The spans hold one more entry than there are stages: the guidance image's.
    /// </summary>
    public void Trace(bool rows, int first, int last, Span<int> firsts, Span<int> lasts)
    {
        int count = _stages.Count, image = rows ? Height : Width;
        firsts[..(count + 1)].Fill(int.MaxValue);
        lasts[..(count + 1)].Fill(-1);
        int Length(int s) => rows ? _stages[s].Height : _stages[s].Width;
        Hull(count - 1, Resize.Nearest(first, Length(count - 1), image), Resize.Nearest(last, Length(count - 1), image), firsts, lasts);
        for (int s = count - 1; s >= 0; s--)
        {
            UpsamplerGpuStage stage = _stages[s];
            foreach (int source in (ReadOnlySpan<int>)[stage.Source, stage.Second])
            {
                if (source >= 0)
                {
                    (int low, int high) = stage.Reads(firsts[s], lasts[s], Length(s), Length(source));
                    Hull(source, low, high, firsts, lasts);
                }
            }
            if (stage.Kind == UpsamplerGpuKind.PooledImage)
            {
                (int low, int high) = stage.Reads(firsts[s], lasts[s], Length(s), image);
                Hull(count, low, high, firsts, lasts);
            }
            if (stage.WithImage)
            {
                Hull(count, Resize.Nearest(firsts[s], image, Length(s)), Resize.Nearest(lasts[s], image, Length(s)), firsts, lasts);
            }
        }
    }

    /// <summary>The part of the guidance image that <paramref name="core"/> of the result depends on.</summary>
    public Region Guidance(Region core)
    {
        int count = _stages.Count;
        Span<int> firsts = stackalloc int[count + 1], lasts = stackalloc int[count + 1];
        Trace(true, (int)core.Y, (int)core.Bottom - 1, firsts, lasts);
        (int top, int bottom) = (firsts[count], lasts[count]);
        Trace(false, (int)core.X, (int)core.Right - 1, firsts, lasts);
        return new Region(firsts[count], top, lasts[count] - firsts[count] + 1, bottom - top + 1);
    }

    private static void Hull(int stage, int low, int high, Span<int> firsts, Span<int> lasts)
    {
        firsts[stage] = Math.Min(firsts[stage], low);
        lasts[stage] = Math.Max(lasts[stage], high);
    }

    /// <summary>Most rows (or columns) of each stage, and of the guidance image behind them, that a tile of <paramref name="length"/> rows (columns) needs, wherever it lies.</summary>
    private int[] Extents(bool rows, int length)
    {
        int[] extents = new int[_stages.Count + 1];
        int[] firsts = new int[_stages.Count + 1], lasts = new int[_stages.Count + 1];
        for (int at = 0; at + length <= (rows ? Height : Width); at++)
        {
            Trace(rows, at, at + length - 1, firsts, lasts);
            for (int s = 0; s < extents.Length; s++)
            {
                extents[s] = Math.Max(extents[s], lasts[s] - firsts[s] + 1);
            }
        }
        return extents;
    }

    /// <summary>Gives each stage the lowest place that is free from when it is computed until it was last read.</summary>
    private void Place(int[] rows, int[] columns)
    {
        int[] lastReader = [.. Enumerable.Range(0, _stages.Count).Select(s => _stages.FindLastIndex(stage => stage.Source == s || stage.Second == s))];
        lastReader[^1] = _stages.Count;
        long[] bytes = new long[_stages.Count];
        for (int s = 0; s < _stages.Count; s++)
        {
            // A result that has the image's size goes to the caller's planes.
            int channels = s == _stages.Count - 1 && EndsAtImage ? 0 : _stages[s].Channels;
            long size = checked((long)rows[s] * columns[s] * channels * sizeof(float));
            if (size > (long)int.MaxValue * sizeof(float))
            {
                throw new FastSegException($"Tiles of {MaxWidth} x {MaxHeight} are too large for the upsampler on a GPU; give a smaller tile.");
            }
            bytes[s] = (size + Alignment - 1) / Alignment * Alignment;
            (long Begin, long End)[] taken =
                [.. Enumerable.Range(0, s).Where(t => lastReader[t] >= s).Select(t => (_offsets[t], _offsets[t] + bytes[t])).OrderBy(room => room.Item1)];
            foreach ((long begin, long end) in taken)
            {
                if (_offsets[s] + bytes[s] > begin)
                {
                    _offsets[s] = Math.Max(_offsets[s], end);
                }
            }
            ScratchBytes = Math.Max(ScratchBytes, _offsets[s] + bytes[s]);
        }
        // Behind what lives to the end: the source of the last stage and, where it is stored, its result.
        int last = _stages.Count - 1, read = _stages[last].Source;
        RoomOffset = Math.Max(_offsets[read] + bytes[read], _offsets[last] + bytes[last]);
        ScratchBytes = Math.Max(ScratchBytes, RoomOffset + UpsamplerOutputGpu<Kernels.FloatSink>.RoomBytes(Network, columns[last], rows[last]));
    }
}
