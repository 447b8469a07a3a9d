using System.Diagnostics;
using FastSeg.Common;
using FastSeg.Deep.Rewriting;
using FastSeg.Files;
using FastSeg.Onnx;
using OnnxSchema;
using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>
/// Rewrites an exported vision transformer so that it runs faster on processors: GELU and attention that are written out become single
/// operators of ONNX Runtime, and linear layers compute in 8 bits with fixed ranges.
/// </summary>
public static class BackboneOptimiser
{
    /// <summary>Rounds of timing: at least and at most, and how long they may take together.</summary>
    private const int LeastRounds = 3, MostRounds = 12;

    private const double MostSeconds = 8;

    /// <summary>Rewrites a backbone and writes a folder of its own for it.</summary>
    /// <param name="folder">The backbone's folder; it stays as it is.</param>
    /// <param name="images">Images like those that it will see: ranges come from windows of them.</param>
    /// <param name="output">The folder to write, which must not exist yet; it appears when it is whole. Its name is the new one's.</param>
    /// <param name="how">What is rewritten; null for the defaults.</param>
    /// <param name="options">
    /// Threads of ONNX Runtime, progress, cancellation. Images, options and the number of threads decide the result; memory is not looked
    /// at.
    /// </param>
    /// <exception cref="FastSegException">
    /// The backbone or an image is damaged or does not fit, nothing in the graph is recognised, or the folder cannot be written.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static OptimisedBackbone Run(
        string folder, IReadOnlyList<ImageReader> images, string output, OptimiseOptions? how = null, ComputeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(output);
        NoneNull(images);
        (OptimiseOptions wanted, ComputeOptions run) = (how ?? new OptimiseOptions(), options ?? new ComputeOptions());
        using var result = new PartialFolder(output);
        using Backbone backbone = Backbone.Open(folder, run.WorkerCount);
        (int window, int overlap) = Grid(backbone, wanted);
        if (images.FirstOrDefault(image => image.Info.Channels is not (1 or 3)) is { Info: var info })
        {
            throw new FastSegException(
                $"{info.Name} has {info.Channels} channels; a transformer sees 1 or 3, give images that have so many.");
        }
        IReadOnlyList<SampleWindow> windows = SampleWindow.Cut(backbone, images, window, wanted.Windows, run);
        var samples = new SampleTokens(backbone, windows, Part(run, 0.02, 0.1));
        RewrittenNetwork network = RewrittenNetwork.Of(backbone, samples, wanted.MostLayerError, Part(run, 0.12, 0.7));
        TokenError error = samples.Compare(network.Model, Part(run, 0.82, 0.1));
        (double before, double after) = Times(backbone, network.Model, windows[0], Part(run, 0.92, 0.08));
        var optimised = new OptimisedBackbone(output, network.Gelus, network.Attentions, network.Rotary, network.Layers, error)
        {
            Windows = windows.Count,
            WindowTokens = window,
            OverlapTokens = overlap,
            Threads = run.WorkerCount,
            MillisecondsBefore = before,
            MillisecondsAfter = after,
        };
        run.Cancellation.ThrowIfCancellationRequested();
        return OptimisedFolder.Write(result, backbone, network.Model, optimised, samples, Part(run, 1, 0));
    }

    private static ComputeOptions Part(ComputeOptions options, double from, double share) =>
        options with { Progress = PartialProgress.Of(options.Progress, from, share) };

    /// <summary>The new folder's window and overlap.</summary>
    private static (int Window, int Overlap) Grid(Backbone backbone, OptimiseOptions wanted)
    {
        const string WindowWords = "A window of", OverlapWords = "An overlap of";
        int window = wanted.WindowTokens ?? backbone.WindowTokens;
        if (window < 1 || window > BackboneDescription.MostWindowTokens
            || (backbone.FixedTokens is { } only && window != only))
        {
            string needed = backbone.FixedTokens is { } size
                ? $"the graph takes {size} only"
                : $"1 to {BackboneDescription.MostWindowTokens} can be had";
            throw new FastSegException($"{WindowWords} {window} cells does not fit {backbone.Folder}: {needed}.");
        }
        int overlap = wanted.OverlapTokens ?? Math.Min(
            backbone.OverlapTokens, window == backbone.WindowTokens ? int.MaxValue : BackboneDescription.UsualOverlap(window));
        return overlap >= 0 && overlap < window
            ? (window, overlap)
            : throw new FastSegException($"{OverlapWords} {overlap} cells does not fit windows of {window}; give 0 to {window - 1}.");
    }

    /// <summary>Milliseconds for a window, before and after, in turns: the fastest of several.</summary>
    private static (double Before, double After) Times(Backbone backbone, OnnxModel model, SampleWindow window, ComputeOptions options)
    {
        string[] outputs = [backbone.Description.Output];
        string input = backbone.Description.Input;
        using Network old = Network.Open(OnnxFile.Load(backbone.GraphPath), input, outputs, options.WorkerCount);
        using Network rewritten = Network.Open(model, input, outputs, options.WorkerCount);
        (double before, double after) = (double.MaxValue, double.MaxValue);
        long begin = Stopwatch.GetTimestamp();
        for (int round = 0; round < MostRounds; round++)
        {
            if (round >= LeastRounds && Stopwatch.GetElapsedTime(begin).TotalSeconds > MostSeconds)
            {
                break;
            }
            options.Cancellation.ThrowIfCancellationRequested();
            (before, after) = (Math.Min(before, Milliseconds(old, window)), Math.Min(after, Milliseconds(rewritten, window)));
            options.Progress?.Report((round + 1.0) / MostRounds);
        }
        return (before, after);
    }

    private static double Milliseconds(Network network, SampleWindow window)
    {
        long start = Stopwatch.GetTimestamp();
        network.Run(window);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
