using System.Diagnostics;
using FastSeg.Deep;
using FastSeg.Images;
using FastSeg.Models;

namespace FastSeg;

/// <summary>One application of a model to one image: plan, then run.</summary>
internal sealed class SegmentRun
{
    /// <summary>Share of the progress bar that the transformer gets.</summary>
    private const double DeepShare = 0.6;

    private readonly Model _model;
    private readonly Backbone? _backbone;
    private readonly ImageReader _image;
    private readonly SegmentOutputs _outputs;
    private readonly SegmentOptions _segment;
    private readonly RunOptions _options;
    private readonly ResultKinds _kinds;
    private readonly Engine _engine;
    private readonly Work _work;

    public SegmentRun(Model model, Backbone? backbone, ImageReader image, SegmentOutputs outputs, SegmentOptions segment, RunOptions options)
    {
        (_model, _backbone, _image, _outputs, _segment, _options) = (model, backbone, image, outputs, segment, options);
        Region area = Area(image.Info, segment);
        _kinds = Kinds(outputs, segment.Mask);
        CheckMask(image.Info, segment.Mask);
        CheckLayouts(area);
        _engine = Engines.Choose(options.Backend);
        _work = new Work(image, model.Features, model.Channels, model.Deep, model.Forest) { Margins = _kinds.Probabilities };
        var planner = new Planner(
            _work, area, _engine, core => TileResult.Bytes(core, model.Classes.Count, _kinds), SharedBytes, DeepImage.TransformerItems(model.Deep, backbone, image));
        Plan = planner.Make(options);
    }

    /// <summary>What the run allocates.</summary>
    public Plan Plan { get; }

    /// <summary>The region a run covers.</summary>
    /// <exception cref="FastSegException">The wanted region is empty or not inside the image.</exception>
    public static Region Area(ImageInfo image, SegmentOptions segment)
    {
        Region area = segment.Region ?? image.Bounds;
        return !area.IsEmpty && image.Bounds.Contains(area)
            ? area
            : throw new FastSegException($"{image.Name}: the region {area} is not inside the image of {image.Width} x {image.Height} pixels; X,Y,W,H must be.");
    }

    public RunResult Run()
    {
        long start = Stopwatch.GetTimestamp();
        TileGrid grid = Plan.Grid;
        var times = new StageTimes();
        using DeepImage? deep = _model.Deep is null ? null : new DeepImage(
            _model.Deep, DeepImage.Map(_model.Deep, Needed(), _image, times, _options with { Progress = Part(0, DeepShare) }), owned: true, _image, _engine.UpsamplesItself ? null : Plan);
        using Backend backend = _engine.Create(Plan, _work, deep);
        RunOptions tiles = _options with { Progress = deep is null ? _options.Progress : Part(DeepShare, 1 - DeepShare) };
        var workers = new SegmentWorker[Plan.Workers];
        try
        {
            for (int i = 0; i < workers.Length; i++)
            {
                workers[i] = new SegmentWorker(Plan, _model, _image, _outputs, _segment, _kinds);
            }
            Workers.Run(workers.Length, grid.Count, tiles, (worker, i) => workers[worker].Step(backend, worker, grid[i]));
            long[] classPixels = new long[_model.Classes.Count];
            foreach (SegmentWorker worker in workers)
            {
                times.Add(worker.Times, workers.Length);
                for (int c = 0; c < classPixels.Length; c++)
                {
                    classPixels[c] += worker.ClassPixels[c];
                }
            }
            return new RunResult(Plan.Area.Pixels, classPixels, times.Report(), Stopwatch.GetElapsedTime(start).TotalSeconds, Plan.PeakBytes)
            {
                Backend = _engine.Name,
                Note = Engines.PassedOver(_options.Backend),
            };
        }
        finally
        {
            Array.ForEach(workers, worker => worker?.Dispose());
        }
    }

    private IEnumerable<(string Name, long Bytes)> SharedBytes(int workers)
    {
        yield return ("reader", _image.HeldBytes(workers) + (_segment.Mask?.HeldBytes(workers) ?? 0));
        yield return ("writer", Writers().Sum(writer => writer.HeldBytes(workers)));
        foreach ((string, long) item in DeepImage.SharedItems(_model.Deep, _image))
        {
            yield return item;
        }
    }

    private Backbone Needed() => _backbone ?? throw new FastSegException(
        $"The model needs the backbone {_model.Deep!.Description.Backbone}, and none was given; open it and hand it to the segmenter.");

    private PartialProgress? Part(double from, double share) => _options.Progress is { } whole ? new PartialProgress(whole, from, share) : null;

    private IEnumerable<ImageWriter> Writers()
    {
        ImageWriter?[] all = [_outputs.Labels, _outputs.Probabilities, _outputs.Confidence];
        return all.OfType<ImageWriter>();
    }

    private static ResultKinds Kinds(SegmentOutputs outputs, ImageReader? mask) => new(
        outputs.Labels?.Layout.Type.Bytes() ?? 1,
        outputs.Probabilities?.Layout.Type.Bytes() ?? 0,
        outputs.Confidence is not null,
        mask?.Info.Type.Bytes() ?? 0);

    private static void CheckMask(ImageInfo image, ImageReader? mask)
    {
        if (mask is not { Info: var info })
        {
            return;
        }
        if (info.Width != image.Width || info.Height != image.Height)
        {
            throw new FastSegException(
                $"{info.Name}: the mask is {info.Width} x {info.Height} pixels, but {image.Name} is {image.Width} x {image.Height}; they must have the same size.");
        }
        if (info.Channels != 1 || info.Type == SampleType.Float32)
        {
            throw new FastSegException($"{info.Name}: a mask must be one channel of uint8 or uint16; this has {info.Channels} of {info.Type.Name()}.");
        }
    }

    private void CheckLayouts(Region area)
    {
        foreach (ImageWriter writer in Writers())
        {
            ImageLayout layout = writer.Layout;
            int pages = writer == _outputs.Probabilities ? _model.Classes.Count : 1;
            if (layout.Width != area.Width || layout.Height != area.Height || layout.Pages != pages)
            {
                throw new ArgumentException(
                    $"An output has {layout.Width} x {layout.Height} pixels and {layout.Pages} pages; {area.Width} x {area.Height} and {pages} are needed.");
            }
        }
        if (_segment.KeepValues && _outputs.Labels?.Layout.Type == SampleType.UInt8 && _model.Classes[^1].Value > byte.MaxValue)
        {
            throw new ArgumentException($"The label value {_model.Classes[^1].Value} is kept, and uint8 labels cannot hold it; make the writer with LabelLayout.");
        }
        if (_outputs.Labels?.Layout.Type == SampleType.Float32 || _outputs.Probabilities?.Layout.Type == SampleType.UInt16)
        {
            throw new ArgumentException("Labels are uint8 or uint16, probabilities float32 or uint8.");
        }
    }
}
