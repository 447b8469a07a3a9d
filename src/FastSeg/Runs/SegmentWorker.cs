using System.Diagnostics;
using FastSeg.Backends;
using FastSeg.Native;

namespace FastSeg.Runs;

/// <summary>One thread of a segmentation: takes a tile through the four rooms (read, features, forest, write).</summary>
internal sealed class SegmentWorker : TileWorker
{
    private readonly SegmentOutputs _outputs;
    private readonly ImageReader? _mask;
    private readonly HostBuffer? _maskSamples;
    private readonly Region _area;
    private readonly TileResult _result;
    private readonly ushort[] _values;

    /// <summary>Allocates the tile, its result and its mask.</summary>
    public SegmentWorker(Plan plan, Work work, Model model, SegmentOutputs outputs, SegmentOptions segment, ResultKinds kinds)
        : base(work, plan)
    {
        (_outputs, _mask, _area) = (outputs, segment.Mask, plan.Area);
        _values = [.. model.Classes.Select((c, i) => (ushort)(segment.KeepValues ? c.Value : i + 1))];
        _maskSamples = _mask is null ? null : new HostBuffer(MaskBytes(plan.MaxCore, _mask));
        _result = new TileResult(plan.MaxCore, model.Classes.Count, kinds);
    }

    /// <summary>Pixels of each class so far.</summary>
    public long[] ClassPixels => _result.ClassPixels;

    /// <summary>Bytes of a mask's samples for a tile's core; 0 without a mask.</summary>
    public static long MaskBytes(Region core, ImageReader? mask) => mask is null ? 0 : core.Pixels * mask.Info.Type.Bytes();

    /// <inheritdoc/>
    public override void Step(Backend backend, int worker, Region core)
    {
        _result.Core = core;
        long mark = Stopwatch.GetTimestamp();
        bool anything = ReadMask(core);
        Times.Add(Stage.Read, mark);
        // Masked tiles are looked at too: what is refused must not depend on how the image is cut.
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
    protected override void Dispose(bool disposing)
    {
        _maskSamples?.Dispose();
        _result?.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Whether any pixel of the core is to be segmented.</summary>
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

    private long Write(Region core)
    {
        Region at = core with { X = core.X - _area.X, Y = core.Y - _area.Y };
        _outputs.Labels?.Write(at, _result.LabelSamples);
        _outputs.Probabilities?.Write(at, _result.ProbabilitySamples);
        _outputs.Confidence?.Write(at, _result.ConfidenceSamples);
        return core.Pixels * _result.Kinds.BytesPerPixel(_result.ClassCount);
    }
}
