using System.Diagnostics;
using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Native;
using FastSeg.Probabilities;

namespace FastSeg.Runs;

/// <summary>One thread of the second of two passes: makes results of the probabilities that the first one left.</summary>
internal sealed unsafe class WeighingWorker : IDisposable
{
    private readonly StoredProbabilities _stored;
    private readonly ResultWriter _results;
    private readonly MaskReader _mask;
    private readonly Weighing _weighing;
    private readonly HostBuffer _values;
    private readonly int _classes;

    /// <summary>Allocates the results, the mask and the probabilities of the largest core.</summary>
    /// <param name="what">What is segmented.</param>
    /// <param name="maxCore">Width and height of the largest core.</param>
    /// <param name="stored">The probabilities; the caller's.</param>
    /// <param name="weights">One a class.</param>
    public WeighingWorker(Segmentation what, Region maxCore, StoredProbabilities stored, IReadOnlyList<double> weights)
    {
        (_stored, _classes) = (stored, what.Classes);
        _results = new ResultWriter(what, maxCore);
        _mask = new MaskReader(what.Options.Mask, maxCore);
        _weighing = new Weighing(weights);
        _values = new HostBuffer(StoredProbabilities.Bytes(maxCore, _classes));
    }

    /// <summary>This worker's time by stage.</summary>
    public StageTimes Times { get; } = new();

    /// <summary>Pixels of each class, over the tiles so far.</summary>
    public long[] ClassPixels => _results.Result.ClassPixels;

    /// <summary>Counts unsure pixels, over the tiles so far.</summary>
    public UnsureCount Unsure => _results.Result.Unsure;

    /// <summary>Bytes that the constructor allocates.</summary>
    public static long Bytes(Segmentation what, Region maxCore) =>
        ResultWriter.Bytes(what, maxCore) + MaskReader.Bytes(what.Options.Mask, maxCore) + Weighing.Bytes(what.Classes) +
        StoredProbabilities.Bytes(maxCore, what.Classes);

    /// <summary>Makes the results of one tile.</summary>
    /// <exception cref="FastSegException">The disk fails.</exception>
    public void Step(Region core)
    {
        _results.Result.Core = core;
        long mark = Stopwatch.GetTimestamp();
        bool anything = _mask.Read(core, core);
        Unsure.Mask = _mask.Mask;
        if (anything)
        {
            Span<ushort> values = _values.Span<ushort>(0, checked((int)(core.Pixels * _classes)));
            _stored.Read(core, values);
            mark = Times.Add(Stage.Read, mark, 0, (long)values.Length * sizeof(ushort));
            _weighing.Run((ushort*)_values.Pointer, _results.Result);
            mark = Times.Add(Stage.Forest, mark);
        }
        Times.Add(Stage.Write, mark, core.Pixels, _results.Write(anything, _mask.Mask));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _results.Dispose();
        _mask.Dispose();
        _weighing.Dispose();
        _values.Dispose();
    }
}
