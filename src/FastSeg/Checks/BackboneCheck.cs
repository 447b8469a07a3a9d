using System.Diagnostics;
using FastSeg.Backends;
using FastSeg.Checks;
using FastSeg.Common;
using FastSeg.Deep.Backbones;
using FastSeg.Deep.Tokens;
using FastSeg.Features.Local;
using FastSeg.Images;
using FastSeg.Images.Samples;
using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>Measures a backbone: how fast its windows run, and how much of its tokens is position rather than content.</summary>
public static class BackboneCheck
{
    /// <summary>Sizes of windows that are tried beside the backbone's own.</summary>
    private static readonly int[] UsualWindows = [16, 24, 32, BackboneDescription.DefaultWindowTokens];

    /// <summary>A round of passes takes at least so long; the fastest of several rounds counts.</summary>
    private const double RoundSeconds = 0.15;

    private const int Rounds = 3;

    /// <summary>The sizes of windows that <see cref="Speed"/> is worth asking for: one where the graph takes no other.</summary>
    public static IReadOnlyList<int> WindowSizes(Backbone backbone) => NotNull(backbone).FixedTokens is { } only
        ? [only]
        : [.. UsualWindows.Append(backbone.WindowTokens).Distinct().Order()];

    /// <summary>Measures windows of one size on noise: one at a time, then as many at once as threads allow.</summary>
    /// <param name="backbone">The backbone.</param>
    /// <param name="windowTokens">Cells of a window's side.</param>
    /// <param name="flipAverage">Whether tokens are averaged over the four flips.</param>
    /// <param name="options">Threads and cancellation; null for the defaults.</param>
    /// <exception cref="FastSegException">The graph does not take windows of that size.</exception>
    public static BackboneSpeed Speed(Backbone backbone, int windowTokens, bool flipAverage = false, ComputeOptions? options = null)
    {
        ComputeOptions how = (options ?? new ComputeOptions()) with { Progress = null };
        if (NotNull(backbone).FixedTokens is { } only && only != windowTokens)
        {
            throw backbone.Misfit($"the graph takes windows of {only} cells only, but {windowTokens} are asked for");
        }
        int atOnce = backbone.WindowsAtOnce(how.WorkerCount);
        var windows = new BackboneWindow[atOnce];
        try
        {
            for (int i = 0; i < atOnce; i++)
            {
                windows[i] = new BackboneWindow(backbone, windowTokens, windowTokens, flipAverage);
                BiasImages.Noise(new SplitMix64((ulong)i), backbone.Description, windows[i]);
            }
            double alone = Fastest(windows.AsSpan(0, 1).ToArray(), how);
            double together = atOnce == 1 ? alone : Fastest(windows, how);
            return new BackboneSpeed(windowTokens, backbone.Description.Patch, flipAverage, alone, atOnce, together);
        }
        finally
        {
            Array.ForEach(windows, window => window?.Dispose());
            // Gives back what ONNX Runtime kept of this size.
            BackboneGraph.TryOut(backbone);
        }
    }

    /// <summary>
    /// The positional bias of a backbone, 0 to 1: how much of what its tokens have in common at each position, whatever the image, is a
    /// quadratic polynomial of the position. Tokens of one window are averaged over 32 images of uniform noise and 32 of shuffled blocks of
    /// the given images; R2 is averaged over the 32 leading principal components of that mean map, by their variance.
    /// </summary>
    /// <param name="backbone">The backbone.</param>
    /// <param name="images">Images whose blocks of 64 x 64 pixels are shuffled; none for noise alone.</param>
    /// <param name="flipAverage">Whether tokens are averaged over the four flips; null for what the backbone's folder says.</param>
    /// <param name="options">Threads, progress and cancellation; null for the defaults.</param>
    /// <exception cref="FastSegException">An image is smaller than a block or cannot be read, or the network fails.</exception>
    public static double PositionalBias(
        Backbone backbone, IReadOnlyList<ImageReader> images, bool? flipAverage = null, ComputeOptions? options = null)
    {
        ComputeOptions how = options ?? new ComputeOptions();
        WindowPolicy policy = WindowPolicy.Of(NotNull(backbone), flipAverage);
        (ImageReader, InputMap)[] seen = [.. NoneNull(images).Select(image => (image, new InputMap(InputRange.Bytes, MapOf(image, how))))];
        var bias = new PositionalBias(backbone, policy, seen, how);
        return bias.OfLeadingComponents();
    }

    /// <summary>
    /// The same for a model: with its windows and flips, its way of standardising, and the leading 32 components of its projection at its
    /// first scale.
    /// </summary>
    /// <param name="model">The model; it must have deep features.</param>
    /// <param name="backbone">Its backbone.</param>
    /// <param name="images">Images whose blocks are shuffled, such as those it was trained on; none for noise alone.</param>
    /// <param name="options">Threads, progress and cancellation; null for the defaults.</param>
    /// <exception cref="FastSegException">As above, or the model has no deep features, or another backbone.</exception>
    public static double PositionalBias(
        Model model, Backbone backbone, IReadOnlyList<ImageReader> images, ComputeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(backbone);
        NoneNull(images);
        ComputeOptions how = options ?? new ComputeOptions();
        if (model.Deep is not { } deep)
        {
            throw new FastSegException("The model has no deep features, so there is no positional bias to measure.");
        }
        deep.Description.CheckBackbone(backbone);
        FeatureSpec features = model.Features;
        (ImageReader Image, InputMap)[] seen =
        [
            .. images.Select(image => (
                LocalReader.Of(image, null, features, model.Channels),
                new InputMap(
                    deep.Description.Range,
                    features.Standardise == Standardisation.Image ? MapOf(image, how) : Work.MapOf(features.Standardise, null)))),
        ];
        try
        {
            return new PositionalBias(backbone, deep.Description.Windows, seen, how).Of(deep.Projections[0]);
        }
        finally
        {
            Array.ForEach(seen, image => LocalReader.Release(image.Image));
        }
    }

    private static SampleMap MapOf(ImageReader image, ComputeOptions how) =>
        SampleMap.Of(SampleStatisticsPass.Run(image, null, how.WorkerCount, how with { Progress = null }).Statistics);

    /// <summary>Seconds a window, of the fastest round.</summary>
    private static double Fastest(BackboneWindow[] windows, ComputeOptions how)
    {
        double Round(long passes)
        {
            long start = Stopwatch.GetTimestamp();
            Workers.Run(windows.Length, passes, how, (worker, _) => windows[worker].Forward(keep: true));
            return Stopwatch.GetElapsedTime(start).TotalSeconds / passes;
        }
        double warm = Round(windows.Length);
        long passes = windows.Length * Math.Max(1, (long)(RoundSeconds / (warm * windows.Length)));
        return Enumerable.Range(0, Rounds).Min(_ => Round(passes));
    }
}
