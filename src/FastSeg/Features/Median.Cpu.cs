using FastSeg.Simd;

namespace FastSeg.Features;

/// <summary>
/// Exact medians over disks. Pixels become integer codes in the order of their values: the sample itself (int16 from 0 up), or a float's
/// rank among all values around the band. A histogram of the codes under the disk slides along every row; each step removes the disk's
/// left rim and adds its right one.
/// </summary>
internal sealed unsafe class Median
{
    private const int Codes = 1 << 16;

    private readonly Disk[] _disks;
    private readonly int _radius;
    private readonly int _stride;
    private readonly int* _codes;
    private readonly float* _sorted;

    // The histogram, and its sums over buckets of 1 << _shift codes, by which the median's bucket is found.
    private readonly int* _fine;
    private readonly int* _coarse;
    private int _shift;

    // How many of the disk's pixels lie in the buckets below the one where the search stands, and that bucket.
    private int _below;
    private int _bucket;

    /// <summary>Carves the buffers for bands up to the given size.</summary>
    public Median(Arena arena, Disk[] disks, int maxWidth, int maxRows)
    {
        _disks = disks;
        _radius = disks.Max(disk => disk.Radius);
        _stride = maxWidth + (2 * _radius);
        long pixels = (long)_stride * (maxRows + (2 * _radius));
        _codes = arena.Ints(pixels);
        _sorted = arena.Floats(pixels);
        _fine = arena.Ints(Math.Max(Codes, pixels));
        _coarse = arena.Ints((Math.Max(Codes, pixels) >> 4) + 1);
    }

    /// <summary>Writes one plane a disk, from <paramref name="plane"/> on.</summary>
    public void Run(in PixelSource source, in Band band, int plane)
    {
        int values = Encode(source, band);
        for (int i = 0; i < _disks.Length; i++)
        {
            for (int row = 0; row < band.Height; row++)
            {
                new Span<int>(_fine, values).Clear();
                new Span<int>(_coarse, (values >> _shift) + 1).Clear();
                Slide(_disks[i], source, _codes + ((nint)(row + _radius) * _stride) + _radius, band.Width, band.Row(plane + i, row));
            }
        }
    }

    /// <summary>Encodes the band and the pixels around it; returns how many different codes there can be.</summary>
    private int Encode(in PixelSource source, in Band band)
    {
        int rows = band.Height + (2 * _radius), columns = band.Width + (2 * _radius);
        Region bounds = source.Bounds;
        bool floats = source.Type == SampleType.Float32;
        for (int row = 0; row < rows; row++)
        {
            long y = Math.Clamp(band.Y - _radius + row, bounds.Y, bounds.Bottom - 1) - bounds.Y;
            int* to = _codes + ((nint)row * _stride);
            for (int i = 0; i < columns; i++)
            {
                long x = Math.Clamp(band.X - _radius + i, bounds.X, bounds.Right - 1) - bounds.X;
                long sample = (((y * bounds.Width) + x) * source.Channels) + source.Channel;
                to[i] = source.Type switch
                {
                    SampleType.UInt8 => source.Samples[sample],
                    SampleType.UInt16 => ((ushort*)source.Samples)[sample],
                    SampleType.Int16 => ((short*)source.Samples)[sample] - short.MinValue,
                    SampleType.Int8 => ((sbyte*)source.Samples)[sample] - sbyte.MinValue,
                    // The float's bits, until Rank replaces them. Adding 0 turns -0 into +0, as everywhere.
                    SampleType.Float32 => BitConverter.SingleToInt32Bits(((float*)source.Samples)[sample] + 0f),
                    _ => throw source.Type.NotNarrow(),
                };
            }
        }
        bool bytes = source.Type.Bytes() == 1;
        _shift = bytes ? 4 : 8;
        return floats ? Rank(rows, columns) : bytes ? 1 << 8 : Codes;
    }

    /// <summary>Replaces the floats among the codes by their ranks in the sorted list of distinct values; returns its length.</summary>
    private int Rank(int rows, int columns)
    {
        int count = 0;
        for (int row = 0; row < rows; row++)
        {
            new ReadOnlySpan<float>(_codes + ((nint)row * _stride), columns).CopyTo(new Span<float>(_sorted + count, columns));
            count += columns;
        }
        var sorted = new Span<float>(_sorted, count);
        sorted.Sort();
        int distinct = 1;
        for (int i = 1; i < count; i++)
        {
            if (sorted[i] != sorted[distinct - 1])
            {
                sorted[distinct++] = sorted[i];
            }
        }
        sorted = sorted[..distinct];
        for (int row = 0; row < rows; row++)
        {
            int* codes = _codes + ((nint)row * _stride);
            for (int i = 0; i < columns; i++)
            {
                codes[i] = sorted.BinarySearch(((float*)codes)[i]);
            }
        }
        return distinct;
    }

    /// <summary>Computes the medians of a row: fills the histogram at its first pixel, then moves it along.</summary>
    private void Slide(in Disk disk, in PixelSource source, int* centre, int width, float* to)
    {
        _bucket = 0;
        _below = 0;
        float divisor = source.Type.Divisor();
        for (int dy = -disk.Radius; dy <= disk.Radius; dy++)
        {
            int half = disk.HalfWidth(Math.Abs(dy));
            for (int dx = -half; dx <= half; dx++)
            {
                Count(centre[((nint)dy * _stride) + dx], 1);
            }
        }
        for (int x = 0; x < width; x++)
        {
            int code = Middle(disk.Pixels / 2);
            float stored = source.Type switch
            {
                SampleType.UInt8 or SampleType.UInt16 => code,
                SampleType.Int16 => code + short.MinValue,
                SampleType.Int8 => code + sbyte.MinValue,
                _ => _sorted[code],
            };
            // The map ascends, so the median of the mapped samples is the median's image.
            to[x] = source.Map.Apply(stored, divisor);
            if (x + 1 < width)
            {
                Step(disk, centre + x);
            }
        }
    }

    /// <summary>Moves the histogram one pixel to the right, from the disk around <paramref name="centre"/>.</summary>
    private void Step(in Disk disk, int* centre)
    {
        for (int dy = -disk.Radius; dy <= disk.Radius; dy++)
        {
            int half = disk.HalfWidth(Math.Abs(dy));
            int* row = centre + ((nint)dy * _stride);
            Count(row[-half], -1);
            Count(row[half + 1], 1);
        }
    }

    /// <summary>Adds a pixel's code to the histogram (change = 1) or removes it (-1).</summary>
    private void Count(int code, int change)
    {
        _fine[code] += change;
        int bucket = code >> _shift;
        _coarse[bucket] += change;
        if (bucket < _bucket)
        {
            _below += change;
        }
    }

    /// <summary>
    /// The code at position <paramref name="rank"/> of the disk's pixels in ascending order. Neighbouring medians are close, so the search
    /// starts in the bucket where the last one was.
    /// </summary>
    private int Middle(int rank)
    {
        while (_below > rank)
        {
            _below -= _coarse[--_bucket];
        }
        while (_below + _coarse[_bucket] <= rank)
        {
            _below += _coarse[_bucket++];
        }
        int code = _bucket << _shift;
        for (int below = _below + _fine[code]; below <= rank; below += _fine[code])
        {
            code++;
        }
        return code;
    }
}
