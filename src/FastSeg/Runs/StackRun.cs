using System.Diagnostics;
using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Images;
using FastSeg.Images.Labels;
using FastSeg.Images.Samples;
using FastSeg.Images.Stacks;
using FastSeg.Resuming;

namespace FastSeg.Runs;

/// <summary>
/// One application of a model to the images of a stack, one after the other, into writers of whole stacks. The first image's plan is that
/// of all: they are of one form, and what earlier ones left in the process's memory must not change tiles in the middle.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="backbone">The transformer of its deep features, or null.</param>
/// <param name="stack">The images.</param>
/// <param name="masks">A mask for each; null where they have none, or one for all, which is among the options.</param>
/// <param name="segment">Region, mask, label values.</param>
/// <param name="options">Threads, memory, progress, cancellation.</param>
internal sealed class StackRun(
    Model model, Backbone? backbone, ImageStack stack, ImageStack? masks, SegmentOptions segment, ComputeOptions options)
{
    /// <summary>Larger images are computed one after the other, by all threads.</summary>
    private const long LargestAtOnce = 2048 * 2048;

    /// <summary>Managed memory that images leave until it is collected.</summary>
    private const long GarbageBytes = 8L << 20;

    private readonly StackWarnings _warnings = new(stack.Name, options.Warned);
    private readonly long[] _classPixels = new long[model.Classes.Count];
    private readonly StageTimes _times = new();
    private readonly List<SampleStatistics> _samples = [];
    private readonly List<ImageData> _data = [];
    private readonly List<Region> _bars = [];
    private double _unsure;
    private int _looked;
    private long _pixels;
    private long _collected = GC.GetTotalAllocatedBytes();
    private int _lanes = 1;
    private Plan? _plan;
    private RunResult? _last;

    /// <summary>Labels every pixel of every image, and gives the outputs their final names.</summary>
    /// <param name="outputs">Writers of the whole stack.</param>
    /// <param name="done">Told of each image that is done, in their order; null where nobody listens.</param>
    /// <exception cref="FastSegException">As for one image; also where images differ, or there are not as many masks.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public RunResult Run(SegmentOutputs outputs, Action<ImageInfo, RunResult>? done)
    {
        long start = Stopwatch.GetTimestamp();
        Check(outputs);
        _lanes = Lanes(outputs);
        // Where all results were finished before, their data may have its name already, and nothing of it is left among what is kept.
        bool goesOn = outputs.Folder is { Kept.Count: > 0 } or { IsFinished: true };
        var counted = new List<(ImageInfo Image, RunResult Result)>();
        var runs = new (ImageInfo Image, RunResult Result)[_lanes];
        Workers.RunInOrder(
            _lanes, stack.Count, options with { Progress = null, Planned = null },
            (_, _) => { },
            (lane, number) => runs[lane] = Run((int)number, outputs),
            (lane, _) =>
            {
                (ImageInfo image, RunResult result) = runs[lane];
                Add(image, result);
                if (goesOn)
                {
                    counted.Add((image, result));
                }
                else
                {
                    done?.Invoke(image, result);
                }
                Collect();
            });
        long commit = Stopwatch.GetTimestamp();
        ImageWriter.CommitTogether([.. outputs.Writers], options.Cancellation);
        _times.Add(Stage.Write, commit);
        if (goesOn && outputs.Folder is { Block: null } && outputs.Labels is { } labels)
        {
            CountAgain(labels, counted, done);
        }
        return _last! with
        {
            Pixels = _pixels,
            ClassPixels = _classPixels,
            Stages = _times.Report(),
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
            PlannedPeakBytes = Peak(_plan!, _lanes),
            ClassWeights = null,
            Samples = _samples,
            Data = _data,
            DataBars = _bars,
            Unsure = _looked > 0 ? _unsure / _looked : null,
            Warnings = _warnings.Sentences,
        };
    }

    /// <summary>Counts the pixels of each image in the labels, of which earlier starts wrote some, and tells of the images.</summary>
    private void CountAgain(ImageWriter labels, List<(ImageInfo Image, RunResult Result)> images, Action<ImageInfo, RunResult>? done)
    {
        Array.Clear(_classPixels);
        for (int number = 0; number < images.Count; number++)
        {
            if (labels.OpenWritten(number, options.WorkerCount) is not { } written)
            {
                continue;
            }
            using (written)
            {
                long[] counted = LabelCount.Of(written, SegmentRun.Labels(model, segment), options.WorkerCount, options);
                for (int c = 0; c < counted.Length; c++)
                {
                    _classPixels[c] += counted[c];
                }
                done?.Invoke(images[number].Image, images[number].Result with { ClassPixels = counted });
            }
        }
    }

    /// <summary>
    /// How many images are computed at once, each on a thread of its own. Small images take so short that reading one, planning it and
    /// waiting for its last tile would leave the other threads idle; large ones, and those with deep features, have all threads.
    /// </summary>
    private int Lanes(SegmentOutputs outputs)
    {
        using ImageReader image = stack.Open(0);
        int most = Math.Min(options.WorkerCount, stack.Count);
        bool small = SegmentRun.Area(image.Info, segment).Pixels <= LargestAtOnce;
        if (most < 2 || !small || model.Deep is not null || BackendChoice.Choose(options.Backend).Kind != BackendKind.Cpu)
        {
            return 1;
        }
        using ImageReader? mask = masks?.Open(0);
        ComputeOptions alone = options with { Threads = 1, Memory = 0, Progress = null, HeldBesides = GarbageBytes / most };
        Plan plan = Make(image, mask, alone).Plan(OutputSketches.Of(Planes(outputs, 0)));
        int lanes = most;
        while (lanes > 1 && options.Memory > 0 && Peak(plan, lanes) > options.Memory)
        {
            lanes--;
        }
        _plan = lanes > 1 ? plan : null;
        return lanes;
    }

    /// <summary>Peak memory with so many images at once.</summary>
    private static long Peak(Plan plan, int lanes) => plan.ProcessBytes + (lanes * plan.BufferBytes);

    private (ImageInfo Image, RunResult Result) Run(int number, SegmentOutputs outputs)
    {
        using ImageReader image = stack.Open(number);
        using ImageReader? mask = masks?.Open(number);
        SegmentRun run = Make(image, mask, options with
        {
            Progress = PartialProgress.Of(options.Progress, (double)number / stack.Count, 1.0 / stack.Count),
            Planned = _plan,
            Threads = _lanes > 1 ? 1 : options.Threads,
            HeldBesides = GarbageBytes,
            Warned = null,
        });
        RunResult result = run.Run(Planes(outputs, number));
        _plan ??= run.Made;
        return (image.Info, result);
    }

    private SegmentRun Make(ImageReader image, ImageReader? mask, ComputeOptions how) => new(
        model, backbone, NarrowedImage.Of(image), mask is null ? segment : segment with { Mask = LabelSet.OfMask(mask) }, how);

    private static SegmentOutputs Planes(SegmentOutputs outputs, int number) => new()
    {
        Labels = PlaneWriter.Of(outputs.Labels, number),
        Probabilities = PlaneWriter.Of(outputs.Probabilities, number),
        Confidence = PlaneWriter.Of(outputs.Confidence, number),
    };

    /// <summary>
    /// Lets the garbage collector take what earlier images left: by itself it waits for tens of MiB where the processor has large caches.
    /// </summary>
    private void Collect()
    {
        long allocated = GC.GetTotalAllocatedBytes();
        if (allocated - _collected > GarbageBytes / 2)
        {
            GC.Collect();
            _collected = allocated;
        }
    }

    private void Add(ImageInfo image, RunResult result)
    {
        _last = result;
        _warnings.Add(image.Name, result.Warnings);
        _pixels += result.Pixels;
        for (int c = 0; c < _classPixels.Length; c++)
        {
            _classPixels[c] += result.ClassPixels[c];
        }
        foreach (StageReport stage in result.Stages)
        {
            // Busy times are divided by the number of threads.
            _times.Add(stage with { Seconds = stage.Seconds / _lanes });
        }
        _samples.AddRange(result.Samples);
        _data.AddRange(result.Data);
        _bars.AddRange(result.DataBars);
        if (result.Unsure is { } unsure)
        {
            (_unsure, _looked) = (_unsure + unsure, _looked + 1);
        }
    }

    private void Check(SegmentOutputs outputs)
    {
        if (masks is not null && masks.Count != stack.Count)
        {
            throw new FastSegException(
                $"{masks.Name} has {masks.Count} masks for the {stack.Count} images of {stack.Name}; give one for each, or one for all.");
        }
        foreach (ImageWriter writer in outputs.Writers)
        {
            if (writer.Layout.Slices != stack.Slices || writer.Layout.Frames != stack.Frames)
            {
                throw new ArgumentException(
                    $"An output has {writer.Layout.Slices} slices and {writer.Layout.Frames} points in time; " +
                    $"{stack.Slices} and {stack.Frames} are needed.");
            }
        }
    }
}
