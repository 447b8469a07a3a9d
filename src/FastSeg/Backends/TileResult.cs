using FastSeg.Forest;
using FastSeg.Native;
using FastSeg.Probabilities;
using FastSeg.Simd;

namespace FastSeg.Backends;

/// <summary>
/// The results of one tile: classes, which become labels, and where wanted probabilities and confidence. The buffers belong to this object,
/// are allocated once for the largest core, and are overwritten by each tile.
/// </summary>
internal sealed unsafe class TileResult : TilePredictions, IDisposable
{
    /// <summary>Pixels whose probabilities are held at a time: as many as the CPU's bands have columns.</summary>
    private const int RowPixels = Band.MaxWidth;

    private readonly HostBuffer _classes;
    private readonly HostBuffer? _probabilities;
    private readonly HostBuffer? _confidence;
    private readonly HostBuffer? _row;

    /// <summary>Allocates the results of the largest core.</summary>
    /// <param name="maxCore">Width and height of the largest core.</param>
    /// <param name="classCount">Number of classes, at most 255.</param>
    /// <param name="kinds">Which results are wanted.</param>
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

    /// <summary>Bytes that the constructor allocates.</summary>
    public static long Bytes(Region maxCore, int classCount, ResultKinds kinds) =>
        (maxCore.Pixels * kinds.BytesPerPixel(classCount)) + (kinds.Probabilities ? RowBytes(classCount) : 0);

    /// <summary>Number of classes.</summary>
    public int ClassCount { get; }

    /// <summary>Which results are wanted.</summary>
    public ResultKinds Kinds { get; }

    /// <summary>The core of the present tile, at most as large as the largest one; set before any row is taken.</summary>
    public Region Core { get; set; }

    /// <summary>Pixels of each class over all tiles so far.</summary>
    public long[] ClassPixels { get; }

    /// <summary>Counts unsure pixels over all tiles so far, where margins or probabilities come by.</summary>
    public UnsureCount Unsure { get; } = new();

    /// <summary>
    /// The class of each pixel of the core, from 0, one byte each, until <see cref="ToLabels"/> turns them into labels in the same memory.
    /// </summary>
    public byte* Classes => _classes.Pointer;

    /// <summary>The labels of the core as a writer takes them; after <see cref="ToLabels"/>, until the next tile.</summary>
    public ReadOnlySpan<byte> LabelSamples => _classes.Span<byte>(0, checked((int)(Core.Pixels * Kinds.LabelBytes)));

    /// <summary>The probabilities as a writer takes them, class by class: classes x pixels.</summary>
    public ReadOnlySpan<byte> ProbabilitySamples =>
        _probabilities!.Span<byte>(0, checked((int)(Core.Pixels * ClassCount * Kinds.ProbabilityBytes)));

    /// <summary>The confidence as a writer takes it: float32.</summary>
    public ReadOnlySpan<byte> ConfidenceSamples => _confidence!.Span<byte>(0, checked((int)(Core.Pixels * sizeof(float))));

    /// <inheritdoc/>
    /// <remarks>Decides the pixels from their margins, and keeps what is wanted.</remarks>
    public override void TakeRow(long x, long y, int width, float* margins, nint groupStride, int groups)
    {
        long at = ((y - Core.Y) * Core.Width) + (x - Core.X);
        Decision.Labels(margins, groupStride, groups, Classes + at, width);
        Unsure.TakeMargins(x, y, width, margins, groupStride, groups);
        if (_row is not null)
        {
            TakeProbabilities(at, width, margins, groupStride, groups);
        }
    }

    /// <summary>Decides neighbouring pixels of a row from smoothed values, and keeps what is wanted.</summary>
    /// <param name="x">Column of the first pixel, in the image.</param>
    /// <param name="y">Row, in the image.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="values">
    /// Value of class 0, first pixel; the caller's memory, read during the call only. The largest value gives the class, the lowest class
    /// on a tie; a probability is a value divided by the sum of the pixel's.
    /// </param>
    /// <param name="classStride">Floats from a class to the next.</param>
    public void TakeSmoothed(long x, long y, int width, float* values, nint classStride)
    {
        long at = ((y - Core.Y) * Core.Width) + (x - Core.X);
        Decision.Labels(values, classStride, ClassCount, Classes + at, width);
        Unsure.TakeValues(x, y, width, values, classStride, ClassCount);
        for (int first = 0; _row is not null && first < width; first += RowPixels)
        {
            int count = Math.Min(RowPixels, width - first);
            float* row = (float*)_row.Pointer;
            for (int c = 0; c < ClassCount; c++)
            {
                new ReadOnlySpan<float>(values + (c * classStride) + first, count).CopyTo(new Span<float>(row + (c * RowPixels), count));
            }
            SmoothedPixelsCpu.Normalise(row, RowPixels, ClassCount, count);
            KeepProbabilities(at + first, count);
        }
    }

    /// <inheritdoc/>
    public override void TakeClasses(byte* classes, long pixels) => Buffer.MemoryCopy(classes, Classes, pixels, pixels);

    /// <summary>
    /// Counts the classes and turns them into label values. Pixels outside the mask become label 0, with probabilities and confidence 0.
    /// </summary>
    /// <param name="values">Label value of each class.</param>
    /// <param name="anything">False where the mask leaves out the whole core, so that nothing was predicted.</param>
    /// <param name="mask">Which pixels are segmented.</param>
    public void ToLabels(ReadOnlySpan<ushort> values, bool anything, TileMask mask)
    {
        byte* classes = Classes;
        ushort* wideLabels = Kinds.LabelBytes == 2 ? (ushort*)classes : null;
        if (anything && mask.IsEmpty && wideLabels == null)
        {
            LabelMapping.Map(classes, Core.Pixels, values, ClassPixels);
            return;
        }
        bool whole = anything && mask.IsEmpty;
        // From the last pixel to the first: a uint16 label takes two bytes where the class took one, and must overwrite no class unread.
        long i = Core.Pixels;
        for (long y = Core.Bottom - 1; y >= Core.Y; y--)
        {
            for (long x = Core.Right - 1; x >= Core.X; x--)
            {
                ushort value = 0;
                i--;
                if (whole || (anything && mask.Holds(x, y)))
                {
                    value = values[classes[i]];
                    ClassPixels[classes[i]]++;
                }
                else
                {
                    ClearProbabilities(i);
                }
                if (wideLabels != null)
                {
                    wideLabels[i] = value;
                }
                else
                {
                    classes[i] = (byte)value;
                }
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

    /// <summary>
    /// Keeps probabilities and confidence of at most <see cref="RowPixels"/> pixels. The first is the core's pixel number
    /// <paramref name="at"/>.
    /// </summary>
    private void TakeProbabilities(long at, int width, float* margins, nint groupStride, int groups)
    {
        float* row = (float*)_row!.Pointer;
        Decision.Probabilities(margins, groupStride, groups, row, RowPixels, width);
        KeepProbabilities(at, width);
    }

    /// <summary>Keeps the row's probabilities and confidence. The first pixel is the core's number <paramref name="at"/>.</summary>
    private void KeepProbabilities(long at, int width)
    {
        float* row = (float*)_row!.Pointer;
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

    /// <summary>Bytes of one row's probabilities: classes x pixels of the widest row.</summary>
    private static long RowBytes(int classCount) => (long)classCount * RowPixels * sizeof(float);

    /// <summary>Copies one class's probabilities of a row to their place among the core's, rounded where they are kept as uint8.</summary>
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

    /// <summary>Sets the probabilities and the confidence of a pixel to 0.</summary>
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
