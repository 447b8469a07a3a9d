using System.Diagnostics;
using FastSeg.Images;
using FastSeg.Models;
using FastSeg.Native;

namespace FastSeg;

/// <summary>One worker of a segmentation: takes a tile through the four rooms (read, features, forest, write).</summary>
internal sealed unsafe class SegmentWorker : IDisposable
{
    private readonly ImageReader _image;
    private readonly SegmentOutputs _outputs;
    private readonly SegmentOptions _segment;
    private readonly Region _area;
    private readonly Tile _tile;
    private readonly TileResult _result;
    private readonly ushort[] _values;

    public SegmentWorker(Plan plan, Model model, ImageReader image, SegmentOutputs outputs, SegmentOptions segment, ResultKinds kinds)
    {
        (_image, _outputs, _segment, _area) = (image, outputs, segment, plan.Area);
        _values = [.. model.Classes.Select((c, i) => (ushort)(segment.KeepValues ? c.Value : i + 1))];
        _tile = new Tile(plan.MaxCore, plan.Halo, plan.Channels, image.Info)
        {
            LargestSample = model.Features.LargestSample,
            Needed = plan.Area.Inflate(plan.Halo).Intersect(image.Info.Bounds),
        };
        _result = new TileResult(plan.MaxCore, model.Classes.Count, kinds);
    }

    public StageTimes Times { get; } = new();

    /// <summary>Pixels of each class so far.</summary>
    public long[] ClassPixels => _result.ClassPixels;

    public void Step(Backend backend, int worker, Region core)
    {
        _result.Core = core;
        long mark = Stopwatch.GetTimestamp();
        bool anything = ReadMask(core);
        // Masked tiles are looked at too: what is refused must not depend on how the image is cut.
        if (anything || _tile.CanFail)
        {
            _tile.Fill(_image, core);
            Times.Add(Stage.Read, mark, _tile.Bounds.Pixels, _tile.Bounds.Pixels * _image.Info.PixelBytes);
        }
        else
        {
            Times.Add(Stage.Read, mark, core.Pixels);
        }
        if (anything)
        {
            backend.Predict(worker, _tile, _result, Times);
        }
        mark = Stopwatch.GetTimestamp();
        _result.ToLabels(_values, anything);
        Times.Add(Stage.Write, mark, core.Pixels, Write(core));
    }

    public void Dispose()
    {
        _tile.Dispose();
        _result.Dispose();
    }

    /// <summary>Whether any pixel of the core is to be segmented.</summary>
    private bool ReadMask(Region core)
    {
        if (_result.Mask is not { } mask)
        {
            return true;
        }
        Span<byte> samples = mask.Span<byte>(0, checked((int)(core.Pixels * _result.Kinds.MaskBytes)));
        _segment.Mask!.Read(core, samples);
        return samples.ContainsAnyExcept((byte)0);
    }

    private long Write(Region core)
    {
        Region at = core with { X = core.X - _area.X, Y = core.Y - _area.Y };
        _outputs.Labels?.Write(at, _result.LabelSamples);
        _outputs.Probabilities?.Write(at, _result.ProbabilitySamples);
        _outputs.Confidence?.Write(at, _result.ConfidenceSamples);
        return core.Pixels * (_result.Kinds.BytesPerPixel(_result.ClassCount) - _result.Kinds.MaskBytes);
    }
}
