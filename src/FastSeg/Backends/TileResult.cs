using FastSeg.Forest;
using FastSeg.Native;
using FastSeg.Simd;

namespace FastSeg.Backends;

/// <summary>What is known of a tile's pixels after the forest; allocated once for the largest tile.</summary>
internal sealed unsafe class TileResult : IDisposable
{
    /// <summary>Pixels of the widest row that <see cref="TakeRow"/> takes.</summary>
    private static readonly int RowPixels = Band.MaxWidth;

    private readonly HostBuffer _classes;
    private readonly HostBuffer? _probabilities;
    private readonly HostBuffer? _confidence;
    private readonly HostBuffer? _row;

    public TileResult(Region maxCore, int classCount, ResultKinds kinds)
    {
        ClassCount = classCount;
        Kinds = kinds;
        _classes = new HostBuffer(maxCore.Pixels * kinds.LabelBytes);
        _probabilities = kinds.ProbabilityBytes == 0 ? null : new HostBuffer(maxCore.Pixels * classCount * kinds.ProbabilityBytes);
        _confidence = kinds.Confidence ? new HostBuffer(maxCore.Pixels * sizeof(float)) : null;
        _row = kinds.Probabilities ? new HostBuffer(RowBytes(classCount)) : null;
        ClassPixels = new long[classCount];
    }

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes(Region maxCore, int classCount, ResultKinds kinds) =>
        (maxCore.Pixels * kinds.BytesPerPixel(classCount)) + (kinds.Probabilities ? RowBytes(classCount) : 0);

    public int ClassCount { get; }

    public ResultKinds Kinds { get; }

    /// <summary>The tile's core.</summary>
    public Region Core { get; set; }

    /// <summary>Pixels of each class over all tiles so far.</summary>
    public long[] ClassPixels { get; }

    /// <summary>Class of each pixel from 0, one byte each, until <see cref="ToLabels"/> makes labels of them.</summary>
    public byte* Classes => _classes.Pointer;

    /// <summary>The samples of an output, as a writer wants them.</summary>
    public ReadOnlySpan<byte> LabelSamples => _classes.Span<byte>(0, checked((int)(Core.Pixels * Kinds.LabelBytes)));

    public ReadOnlySpan<byte> ProbabilitySamples =>
        _probabilities!.Span<byte>(0, checked((int)(Core.Pixels * ClassCount * Kinds.ProbabilityBytes)));

    public ReadOnlySpan<byte> ConfidenceSamples => _confidence!.Span<byte>(0, checked((int)(Core.Pixels * sizeof(float))));

    /// <summary>Takes the margins of one row of a band: pixel i of group g is at <c>margins[g * groupStride + i]</c>.</summary>
    public void TakeRow(long x, long y, int width, float* margins, nint groupStride, int groups)
    {
        long at = ((y - Core.Y) * Core.Width) + (x - Core.X);
        Decision.Labels(margins, groupStride, groups, Classes + at, width);
        if (_row is null)
        {
            return;
        }
        float* row = (float*)_row.Pointer;
        Decision.Probabilities(margins, groupStride, groups, row, RowPixels, width);
        if (_confidence is not null)
        {
            Decision.Confidence(row, RowPixels, ClassCount, (float*)_confidence.Pointer + at, width);
        }
        if (_probabilities is not null)
        {
            for (int c = 0; c < ClassCount; c++)
            {
                Keep(row + (c * RowPixels), (c * Core.Pixels) + at, width);
            }
        }
    }

    /// <summary>
    /// Counts the classes and turns them into label values. Pixels outside the mask become label 0 without probabilities.
    /// </summary>
    /// <param name="values">Label value of each class.</param>
    /// <param name="anything">False where the whole core is masked and was never predicted.</param>
    /// <param name="mask">Which pixels are segmented.</param>
    public void ToLabels(ReadOnlySpan<ushort> values, bool anything, TileMask mask)
    {
        byte* classes = Classes;
        ushort* wide = Kinds.LabelBytes == 2 ? (ushort*)classes : null;
        // From the back: a wide value takes two bytes where its class took one.
        for (long i = Core.Pixels - 1; i >= 0; i--)
        {
            ushort value = 0;
            if (anything && mask.Holds(i))
            {
                value = values[classes[i]];
                ClassPixels[classes[i]]++;
            }
            else
            {
                ClearProbabilities(i);
            }
            if (wide != null)
            {
                wide[i] = value;
            }
            else
            {
                classes[i] = (byte)value;
            }
        }
    }

    public void Dispose()
    {
        _classes.Dispose();
        _probabilities?.Dispose();
        _confidence?.Dispose();
        _row?.Dispose();
    }

    private static long RowBytes(int classCount) => (long)classCount * RowPixels * sizeof(float);

    private void Keep(float* row, long at, int width)
    {
        if (Kinds.ProbabilityBytes == sizeof(float))
        {
            new ReadOnlySpan<float>(row, width).CopyTo(new Span<float>((float*)_probabilities!.Pointer + at, width));
            return;
        }
        byte* to = _probabilities!.Pointer + at;
        for (int i = 0; i < width; i++)
        {
            to[i] = (byte)MathF.FusedMultiplyAdd(row[i], 255, 0.5f);
        }
    }

    private void ClearProbabilities(long pixel)
    {
        if (_confidence is not null)
        {
            ((float*)_confidence.Pointer)[pixel] = 0;
        }
        for (int c = 0; _probabilities is not null && c < ClassCount; c++)
        {
            long at = ((c * Core.Pixels) + pixel) * Kinds.ProbabilityBytes;
            new Span<byte>(_probabilities.Pointer + at, Kinds.ProbabilityBytes).Clear();
        }
    }
}
