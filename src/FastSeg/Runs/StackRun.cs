using System.Diagnostics;
using FastSeg.Common;
using FastSeg.Images;
using FastSeg.Images.Labels;
using FastSeg.Images.Samples;
using FastSeg.Images.Stacks;

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
    private readonly StackWarnings _warnings = new(stack.Name);
    private readonly long[] _classPixels = new long[model.Classes.Count];
    private readonly StageTimes _times = new();
    private readonly List<SampleStatistics> _samples = [];
    private readonly List<ImageData> _data = [];
    private readonly List<Region> _bars = [];
    private double _unsure;
    private int _looked;
    private long _pixels;

    /// <summary>Labels every pixel of every image, and gives the outputs their final names.</summary>
    /// <param name="outputs">Writers of the whole stack.</param>
    /// <param name="done">Told of each image that is done, in their order; null where nobody listens.</param>
    /// <exception cref="FastSegException">As for one image; also where images differ, or there are not as many masks.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public RunResult Run(SegmentOutputs outputs, Action<ImageInfo, RunResult>? done)
    {
        long start = Stopwatch.GetTimestamp();
        Check(outputs);
        Plan? plan = null;
        RunResult last = null!;
        for (int number = 0; number < stack.Count; number++)
        {
            options.Cancellation.ThrowIfCancellationRequested();
            last = Run(number, outputs, ref plan, done);
        }
        long commit = Stopwatch.GetTimestamp();
        ImageWriter.CommitTogether([.. outputs.Writers], options.Cancellation);
        _times.Add(Stage.Write, commit);
        return last with
        {
            Pixels = _pixels,
            ClassPixels = _classPixels,
            Stages = _times.Report(),
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
            ClassWeights = null,
            Samples = _samples,
            Data = _data,
            DataBars = _bars,
            Unsure = _looked > 0 ? _unsure / _looked : null,
            Warnings = _warnings.Sentences,
        };
    }

    private RunResult Run(int number, SegmentOutputs outputs, ref Plan? plan, Action<ImageInfo, RunResult>? done)
    {
        using ImageReader image = stack.Open(number);
        using ImageReader? mask = masks?.Open(number);
        SegmentOptions how = mask is null ? segment : segment with { Mask = LabelSet.OfMask(mask) };
        var run = new SegmentRun(model, backbone, NarrowedImage.Of(image), how, options with
        {
            Progress = PartialProgress.Of(options.Progress, (double)number / stack.Count, 1.0 / stack.Count),
            Planned = plan,
        });
        RunResult result = run.Run(new SegmentOutputs
        {
            Labels = PlaneWriter.Of(outputs.Labels, number),
            Probabilities = PlaneWriter.Of(outputs.Probabilities, number),
            Confidence = PlaneWriter.Of(outputs.Confidence, number),
        });
        _warnings.Add(image.Info.Name, result.Warnings);
        plan ??= run.Made;
        Add(result);
        done?.Invoke(image.Info, result);
        return result;
    }

    private void Add(RunResult result)
    {
        _pixels += result.Pixels;
        for (int c = 0; c < _classPixels.Length; c++)
        {
            _classPixels[c] += result.ClassPixels[c];
        }
        foreach (StageReport stage in result.Stages)
        {
            _times.Add(stage);
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
