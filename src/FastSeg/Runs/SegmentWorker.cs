using System.Diagnostics;
using FastSeg.Backends;
using FastSeg.Native;

namespace FastSeg.Runs;

/// <summary>One thread of a segmentation. It takes each tile through four stages: read, features, forest, write.</summary>
internal sealed class SegmentWorker : TileWorker
{
    private readonly SegmentOutputs _outputs;
    private readonly ImageReader? _mask;
    private readonly HostBuffer? _maskSamples;
    private readonly Region _area;
    private readonly TileResult _result;
    private readonly ushort[] _values;

    /// <summary>Allocates the tile, its results and its mask, each for the plan's largest core; they are freed with this worker.</summary>
    public SegmentWorker(Plan plan, Work work, Model model, SegmentOutputs outputs, SegmentOptions segment, ResultKinds kinds)
        : base(work, plan)
    {
        (_outputs, _mask, _area) = (outputs, segment.Mask, plan.Area);
        _values = [.. model.Classes.Select((c, i) => (ushort)(segment.KeepValues ? c.Value : i + 1))];
        _maskSamples = _mask is null ? null : new HostBuffer(MaskBytes(plan.MaxCore, _mask));
        _result = new TileResult(plan.MaxCore, model.Classes.Count, kinds);
    }

    /// <summary>Pixels of each class, over the tiles so far.</summary>
    public long[] ClassPixels => _result.ClassPixels;

    /// <summary>Bytes of the mask's samples for a core; 0 where there is no mask.</summary>
    public static long MaskBytes(Region core, ImageReader? mask) => mask is null ? 0 : core.Pixels * mask.Info.Type.Bytes();

    /// <inheritdoc/>
    public override void Step(Backend backend, int worker, Region core)
    {
        _result.Core = core;
        long mark = Stopwatch.GetTimestamp();
        bool anything = ReadMask(core);
        Times.Add(Stage.Read, mark);
        // A tile that the mask leaves out is read all the same where samples can be refused: what is refused must not depend on the tiles.
        if (anything || Tile.CanBeRefused)
        {
            Read(core);
        }
        else
        {
            Times.Add(Stage.Read, Stopwatch.GetTimestamp(), core.Pixels);
        }
        if (anything)
        {
            backend.Predict(worker, Tile, _result, Times);
        }
        mark = Stopwatch.GetTimestamp();
        _result.ToLabels(_values, anything, Mask(core));
        Times.Add(Stage.Write, mark, core.Pixels, Write(core));
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _maskSamples?.Dispose();
        _result.Dispose();
        base.Dispose();
    }

    /// <summary>Reads the mask of a core. Returns whether it leaves any pixel to be segmented.</summary>
    private bool ReadMask(Region core)
    {
        if (_mask is null)
        {
            return true;
        }
        Span<byte> samples = _maskSamples!.Span<byte>(0, checked((int)MaskBytes(core, _mask)));
        _mask.Read(core, samples);
        return samples.ContainsAnyExcept((byte)0);
    }

    private TileMask Mask(Region core) => _mask is null
        ? default
        : new TileMask(_maskSamples!.Span<byte>(0, checked((int)MaskBytes(core, _mask))), _mask.Info.Type.Bytes());

    /// <summary>Writes the results of a core and returns how many bytes they have.</summary>
    private long Write(Region core)
    {
        Region at = core with { X = core.X - _area.X, Y = core.Y - _area.Y };
        _outputs.Labels?.Write(at, _result.LabelSamples);
        _outputs.Probabilities?.Write(at, _result.ProbabilitySamples);
        _outputs.Confidence?.Write(at, _result.ConfidenceSamples);
        return core.Pixels * _result.Kinds.BytesPerPixel(_result.ClassCount);
    }
}
