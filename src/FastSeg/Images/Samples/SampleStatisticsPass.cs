using System.Runtime.InteropServices;
using FastSeg.Common;
using FastSeg.Native;

namespace FastSeg.Images.Samples;

/// <summary>Of which samples percentiles are taken besides mean and deviation.</summary>
internal enum Percentiles
{
    /// <summary>Of none.</summary>
    None,

    /// <summary>Of some: <see cref="SampleSketch.OfRun"/>.</summary>
    OfRun,

    /// <summary>Of all whole numbers, or of up to <see cref="SampleSketch.OfTraining"/> floats.</summary>
    OfTraining,
}

/// <summary>
/// Takes mean and deviation of all samples of a page, as they are stored, step by step (<see cref="PageSteps"/>) on several threads. The
/// result depends on neither threads nor steps: whole numbers are summed up exactly, and the moments of rows of floats are merged in the
/// rows' order.
/// </summary>
internal sealed unsafe class SampleStatisticsPass : IDisposable
{
    /// <summary>
    /// Largest magnitude of a sample that is not refused. Larger ones stand for missing data, and would decide mean and deviation alone.
    /// </summary>
    public const float LargestSample = 1e17f;

    private readonly ImageReader _image;
    private readonly ImageReader? _mask;
    private readonly PageSteps _steps;
    private readonly HostBuffer[] _samples;
    private readonly HostBuffer[] _kept;

    /// <summary>Of each worker, how many samples of each row of its step the mask has kept so far, for the sketch.</summary>
    private readonly HostBuffer[] _before;
    private readonly HostBuffer? _moments;
    private readonly SampleHistogram? _histogram;
    private readonly SampleSketch? _sketch;
    private readonly (long Count, Int128 Sum, Int128 Squares)[] _sums;
    private readonly SampleLimits[] _ranges;
    private readonly Action<int, long> _take;

    /// <summary>Allocates the blocks of <paramref name="workers"/> threads and, for floats, the moments of all rows.</summary>
    /// <param name="image">The image.</param>
    /// <param name="mask">One channel of whole numbers of the image's size, 0 where a pixel is left out; null where none is.</param>
    /// <param name="workers">Threads.</param>
    /// <param name="percentiles">Of which samples percentiles are taken.</param>
    public SampleStatisticsPass(ImageReader image, ImageReader? mask, int workers, Percentiles percentiles = Percentiles.None)
    {
        (_image, _mask, _take) = (image, mask, Take);
        _steps = Steps(image, mask is not null);
        _sums = new (long, Int128, Int128)[workers];
        _ranges = new SampleLimits[workers];
        _samples = [.. _sums.Select(_ => new HostBuffer(_steps.BlockPixels * Info.PixelBytes))];
        _kept = mask is null ? [] : [.. _sums.Select(_ => new HostBuffer(_steps.BlockPixels * mask.Info.PixelBytes))];
        _moments = MomentBytes(Info) == 0 ? null : new HostBuffer(MomentBytes(Info));
        bool exact = Exact(Info, percentiles);
        _histogram = exact ? new SampleHistogram(Info, workers) : null;
        _sketch = exact || percentiles == Percentiles.None ? null : new SampleSketch(Info, Kept(percentiles));
        _before = mask is null || _sketch is null ? [] : [.. _sums.Select(_ => new HostBuffer(_steps.Height * sizeof(long)))];
    }

    /// <summary>Where the samples of the last run lie; null where no percentiles are taken, or there are no samples.</summary>
    public SampleSpread? Spread => _histogram?.Spread() ?? _sketch?.Spread();

    /// <summary>
    /// What is known of the samples of the last run. Where a mask leaves nothing in the rows that percentiles are taken from, floats have
    /// their least and largest number instead; null where nothing is known.
    /// </summary>
    /// <param name="moments">What the run returned.</param>
    /// <param name="grey">Whether three channels are equal at every pixel, where that was found out.</param>
    public ImageData? Data(SampleMoments moments, bool grey = false)
    {
        SampleSpread? spread = Spread
            ?? (_moments is not null && moments.Count > 0 ? new SampleSpread(Range.Low, Range.High, 0, 0) : null);
        return spread?.Data(Info, moments.Statistics, grey);
    }

    private static SampleLimits Limits => SampleLimits.Of(LargestSample);

    /// <summary>The least and the largest float sample that the last run saw; of whole numbers, 0.</summary>
    public SampleLimits Range => _moments is null
        ? default
        : new SampleLimits(_ranges.Min(range => range.Low), _ranges.Max(range => range.High));

    private ImageInfo Info => _image.Info;

    /// <summary>
    /// Bytes that a pass allocates, given how many threads there are.
    /// </summary>
    public static long Bytes(ImageReader image, ImageReader? mask, int workers, Percentiles percentiles = Percentiles.None)
    {
        ImageInfo info = image.Info;
        PageSteps steps = Steps(image, mask is not null);
        long blocks = workers * steps.BlockPixels * (info.PixelBytes + (mask?.Info.PixelBytes ?? 0));
        long before = mask is null ? 0 : workers * steps.Height * sizeof(long);
        return blocks + MomentBytes(info) + percentiles switch
        {
            Percentiles.None => 0,
            _ when Exact(info, percentiles) => SampleHistogram.Bytes(info, workers),
            _ => before + SampleSketch.Bytes(info, Kept(percentiles)),
        };
    }

    /// <summary>Takes the moments of an image's samples, those that a mask leaves out not counted.</summary>
    /// <param name="image">The image.</param>
    /// <param name="mask">One channel of whole numbers of the image's size, 0 where a pixel is left out; null where none is.</param>
    /// <param name="workers">Threads, each with a block of its own.</param>
    /// <param name="options">Cancellation.</param>
    /// <exception cref="FastSegException">The file is corrupt, or a sample is not finite or too large.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static SampleMoments Run(ImageReader image, ImageReader? mask, int workers, ComputeOptions options)
    {
        using var pass = new SampleStatisticsPass(image, mask, workers);
        return pass.Run(options with { Progress = null });
    }

    /// <summary>
    /// Takes the moments of the samples that the image has now; where they are whole numbers and the options have a team, nothing is
    /// allocated. The image may have become another one of the same form that is no larger.
    /// </summary>
    /// <param name="options">Cancellation; a progress would be that of this pass.</param>
    /// <exception cref="FastSegException">The file is corrupt, or a sample is not finite or too large.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public SampleMoments Run(ComputeOptions options)
    {
        Array.Clear(_sums);
        _histogram?.Clear();
        _sketch?.Clear();
        Array.Fill(_ranges, new SampleLimits(float.PositiveInfinity, float.NegativeInfinity));
        Workers.Run(_sums.Length, _steps.Count(Info), options, _take);
        return _moments is null ? Sums() : Moments();
    }

    /// <summary>Frees the buffers.</summary>
    public void Dispose()
    {
        Array.ForEach(_samples, buffer => buffer.Dispose());
        Array.ForEach(_kept, buffer => buffer.Dispose());
        Array.ForEach(_before, buffer => buffer.Dispose());
        _moments?.Dispose();
        _histogram?.Dispose();
        _sketch?.Dispose();
    }

    /// <summary>Moments of a row of floats need all of it; which samples percentiles are taken of depends on those before them.</summary>
    private static PageSteps Steps(ImageReader image, bool masked) =>
        PageSteps.Of(image, inOrder: masked, wholeRows: image.Info.Type == SampleType.Float32);

    /// <summary>Bytes of the moments of all rows; whole numbers need none.</summary>
    private static long MomentBytes(ImageInfo image) => image.Type == SampleType.Float32 ? image.Height * sizeof(SampleMoments) : 0;

    /// <summary>Takes a step, block by block.</summary>
    private void Take(int worker, long number)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Region step = _steps.Step(Info, number);
        if (_before.Length > 0)
        {
            NativeMemory.Clear(_before[worker].Pointer, (nuint)_before[worker].Length);
        }
        for (long x = step.X; x < step.Right; x += _steps.BlockWidth)
        {
            for (long y = step.Y; y < step.Bottom; y += _steps.BlockHeight)
            {
                Take(worker, new Region(x, y, _steps.BlockWidth, _steps.BlockHeight).Intersect(step), step.Y);
            }
        }
        FreedMemory.Limit(before);
    }

    /// <summary>Reads a block and takes its sums, or the moments of its rows.</summary>
    private void Take(int worker, Region block, long top)
    {
        byte* samples = _samples[worker].Pointer;
        _image.Read(block, _samples[worker].Span<byte>(0, checked((int)(block.Pixels * Info.PixelBytes))));
        _mask?.Read(block, _kept[worker].Span<byte>(0, checked((int)(block.Pixels * _mask.Info.PixelBytes))));
        byte* kept = _mask is null ? null : _kept[worker].Pointer;
        if (_moments is null && _sketch is null)
        {
            Add(worker, samples, Keep(samples, kept, block.Pixels));
            return;
        }
        for (long y = block.Y; y < block.Bottom; y++)
        {
            long above = (y - block.Y) * block.Width;
            byte* row = samples + (above * Info.PixelBytes);
            long count = Keep(row, kept is null ? null : kept + (above * _mask!.Info.PixelBytes), block.Width);
            Sketch(worker, block.X, (y, y - top), row, count);
            if (_moments is null)
            {
                Add(worker, row, count);
                continue;
            }
            if (!SampleChecks.AllWithin(row, count, Info.Type, Limits))
            {
                throw Refusal(y);
            }
            _ranges[worker] = SampleChecks.Range((float*)row, count, _ranges[worker]);
            ((SampleMoments*)_moments.Pointer)[y] = SampleSums.OfFloats((float*)row, count);
        }
    }

    /// <summary>Keeps some of a row's samples for percentiles that are taken of some.</summary>
    private void Sketch(int worker, long x, (long Row, long InStep) y, byte* row, long count)
    {
        long* before = _before.Length == 0 ? null : (long*)_before[worker].Pointer + y.InStep;
        if (_sketch?.Takes(y.Row) == true)
        {
            _sketch.Take(y.Row, before is null ? x * Info.Channels : *before, row, count);
        }
        if (before is not null)
        {
            *before += count;
        }
    }

    /// <summary>Whether percentiles are those of all samples: whole numbers are counted value by value where it pays.</summary>
    private static bool Exact(ImageInfo image, Percentiles percentiles) =>
        percentiles == Percentiles.OfTraining && image.Type != SampleType.Float32;

    private static int Kept(Percentiles percentiles) =>
        percentiles == Percentiles.OfTraining ? SampleSketch.OfTraining : SampleSketch.OfRun;

    /// <summary>Adds up whole numbers.</summary>
    private void Add(int worker, byte* samples, long count)
    {
        ref (long Count, Int128 Sum, Int128 Squares) sums = ref _sums[worker];
        sums.Count += count;
        _histogram?.Add(worker, samples, count);
        for (long left = count; left > 0; left -= SampleSums.MostSamples)
        {
            long some = Math.Min(left, SampleSums.MostSamples);
            (long sum, Int128 squares) = SampleSums.OfWhole(samples, some, Info.Type);
            sums.Sum += sum;
            sums.Squares += squares;
            samples += some * Info.Type.Bytes();
        }
    }

    /// <summary>Moves the samples that the mask keeps to the front, and returns how many there are.</summary>
    private long Keep(byte* samples, byte* kept, long pixels)
    {
        if (kept is null)
        {
            return pixels * Info.Channels;
        }
        return (Info.Type.Bytes(), _mask!.Info.Type.Bytes()) switch
        {
            (1, 1) => Gather(samples, kept, pixels),
            (1, _) => Gather(samples, (ushort*)kept, pixels),
            (2, 1) => Gather((ushort*)samples, kept, pixels),
            (2, _) => Gather((ushort*)samples, (ushort*)kept, pixels),
            (_, 1) => Gather((float*)samples, kept, pixels),
            _ => Gather((float*)samples, (ushort*)kept, pixels),
        };
    }

    private long Gather<TSample, TMask>(TSample* samples, TMask* kept, long pixels)
        where TSample : unmanaged
        where TMask : unmanaged, IEquatable<TMask>
    {
        int channels = Info.Channels;
        long count = 0;
        for (long i = 0; i < pixels; i++)
        {
            // Copied either way, and overwritten by the next where it is left out: masks have no pattern that a branch could follow.
            for (int c = 0; c < channels; c++)
            {
                samples[count + c] = samples[(i * channels) + c];
            }
            count += kept[i].Equals(default) ? 0 : channels;
        }
        return count;
    }

    /// <summary>All workers' sums together.</summary>
    private SampleMoments Sums()
    {
        (long count, Int128 sum, Int128 squares) = (0, 0, 0);
        foreach ((long more, Int128 moreSum, Int128 moreSquares) in _sums)
        {
            (count, sum, squares) = (count + more, sum + moreSum, squares + moreSquares);
        }
        return SampleMoments.OfSums(count, sum, squares);
    }

    /// <summary>The moments of all rows, merged in their order.</summary>
    private SampleMoments Moments()
    {
        SampleMoments all = default;
        for (long y = 0; y < Info.Height; y++)
        {
            all = all.Merge(((SampleMoments*)_moments!.Pointer)[y]);
        }
        return all;
    }

    /// <summary>The failure about the first sample of a row that must not be seen and is not left out.</summary>
    private FastSegException Refusal(long y)
    {
        var row = new Region(0, y, Info.Width, 1);
        byte[] samples = new byte[Info.Width * Info.PixelBytes];
        byte[] kept = new byte[_mask is null ? 0 : Info.Width * _mask.Info.PixelBytes];
        _image.Read(row, samples);
        _mask?.Read(row, kept);
        for (int i = 0; i < Info.Width * Info.Channels; i++)
        {
            int x = i / Info.Channels, maskBytes = kept.Length / (int)Info.Width;
            float value = MemoryMarshal.Cast<byte, float>(samples)[i];
            bool counts = _mask is null || kept.AsSpan(x * maskBytes, maskBytes).ContainsAnyExcept((byte)0);
            if (counts && !Limits.Hold(value))
            {
                return SampleSearch.Refusal(_image, (x, y, i % Info.Channels), value, Limits);
            }
        }
        return SampleSearch.Changed(Info);
    }
}
