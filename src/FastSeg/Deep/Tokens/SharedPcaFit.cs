using System.Diagnostics;
using FastSeg.Common;
using FastSeg.Deep.Backbones;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Native;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace FastSeg.Deep.Tokens;

/// <summary>
/// Fits one projection to jittered views of all training images (as FeatUp does with its fifty transforms), one forward pass a view.
/// </summary>
internal static unsafe class SharedPcaFit
{
    /// <summary>Views over all images together.</summary>
    public const int Views = 50;

    /// <summary>
    /// Square matrices alive while the covariance is decomposed: the products, the covariance, its eigenvectors, and two that the
    /// decomposition works in.
    /// </summary>
    private const int DecompositionMatrices = 5;

    /// <summary>How sentences call the settings that a caller may know by other names.</summary>
    private const string ChannelWords = "The number of channels", LimitWords = "a memory limit of";

    /// <summary>Fits the projection.</summary>
    /// <param name="backbone">The network.</param>
    /// <param name="images">Training images; views are dealt out to them in turn.</param>
    /// <param name="range">Input range.</param>
    /// <param name="policy">Windows; a view has at most their size.</param>
    /// <param name="channels">Components to keep.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <param name="views">Views in total.</param>
    /// <param name="times">Gets the time of reading, of the network and of the rest, or null.</param>
    /// <param name="run">Told the fraction of views done, and may stop between two views; null for neither.</param>
    /// <param name="scale">The scale of the pages that views are windows of: 1 or 2.</param>
    /// <param name="maps">How each image is standardised; null where none is.</param>
    /// <exception cref="FastSegException">More channels than numbers in a token, a corrupt file, or a network that fails.</exception>
    public static SharedPca Fit(
        Backbone backbone, IReadOnlyList<ImageReader> images, InputRange range, WindowPolicy policy, int channels, ulong seed,
        int views = Views, StageTimes? times = null, ComputeOptions? run = null, int scale = 1, IReadOnlyList<SampleMap>? maps = null)
    {
        int dimension = backbone.Description.Dimension;
        if (channels < 1 || channels > dimension)
        {
            throw new FastSegException(
                $"{ChannelWords} {channels} cannot be had from {backbone.Folder}, whose tokens have {dimension} numbers; "
                + $"give 1 to {dimension}.",
                Setting.Channels, ChannelWords);
        }
        policy.Check();
        SplitMix64 random = Draws(seed, scale);
        using var covariance = new SharedPcaCovariance(dimension);
        bool oneSize =
            images.Select(image => LowResolutionTokens.WindowSize(backbone, image.Info, policy, scale)).Distinct().Count() == 1;
        ComputeOptions how = run ?? new ComputeOptions { Threads = 1 };
        var windows = new BackboneWindow?[AtOnce(backbone, images, policy, how, scale)];
        var tokens = new TokenView[windows.Length];
        StageTimes[] clocks = [.. windows.Select(_ => new StageTimes())];
        void Book(int worker, Stage stage, long since) =>
            clocks[worker].Add(stage, since, stage == Stage.Projection ? 0 : (long)windows[worker]!.Width * windows[worker]!.Height);
        try
        {
            // Views are drawn and their tokens added in order, so the projection is always the same.
            Workers.RunInOrder(
                windows.Length, views, how,
                (worker, view) =>
                {
                    long since = Stopwatch.GetTimestamp();
                    int image = (int)(view % images.Count);
                    windows[worker] = WindowFor(backbone, images[image].Info, policy, scale, windows[worker]);
                    Load(backbone, images[image], new InputMap(range, maps?[image] ?? default), scale, windows[worker]!, random);
                    Book(worker, Stage.Read, since);
                },
                (worker, view) =>
                {
                    long since = Stopwatch.GetTimestamp();
                    // ONNX Runtime would keep the memory of a pass for each size of window; keep it only where all views have one size.
                    tokens[worker] = windows[worker]!.Forward(keep: oneSize && view + windows.Length < views);
                    Book(worker, Stage.Vit, since);
                },
                (worker, view) =>
                {
                    long since = Stopwatch.GetTimestamp();
                    covariance.Add(tokens[worker], windows[worker]!.Rows * windows[worker]!.Columns, backbone.Threads);
                    Book(worker, Stage.Projection, since);
                });
        }
        finally
        {
            Array.ForEach(windows, window => window?.Dispose());
        }
        Array.ForEach(clocks, clock => times?.Add(clock, clocks.Length));
        long decomposing = Stopwatch.GetTimestamp();
        SharedPca projection = Decompose(backbone, covariance, channels);
        times?.Add(Stage.Projection, decomposing);
        return projection;
    }

    /// <summary>
    /// Peak memory of the process while a projection is fitted: the covariance, and the views at once with their passes through the network
    /// or the matrices that the decomposition makes. The pass is measured.
    /// </summary>
    /// <exception cref="FastSegException">It is more than the options allow.</exception>
    public static long Peak(
        Backbone backbone, IReadOnlyList<ImageReader> images, WindowPolicy policy, ComputeOptions options, int scale = 1)
    {
        int atOnce = AtOnce(backbone, images, policy, options, scale);
        long peak = ProcessMemory.Resident() + ProcessMemory.CodeBytes + Bytes(backbone, images, policy, scale, atOnce);
        return options.Memory <= 0 || peak <= options.Memory
            ? peak
            : throw new FastSegException(
                $"{images[0].Info.Name}: {LimitWords} {ByteSize.Text(options.Memory)} is not enough "
                + $"to fit the projection of {backbone.Folder}; the least that would do is {ByteSize.Least(peak)}.",
                Setting.Memory, LimitWords);
    }

    /// <summary>Views whose passes run at once: as many as threads and memory allow.</summary>
    private static int AtOnce(
        Backbone backbone, IReadOnlyList<ImageReader> images, WindowPolicy policy, ComputeOptions options, int scale) =>
        WindowsThatFit.Most(
            backbone.WindowsAtOnce(options.WorkerCount), options, atOnce => Bytes(backbone, images, policy, scale, atOnce));

    /// <summary>Bytes held with so many views at once, or while the covariance is decomposed, whichever is more.</summary>
    private static long Bytes(Backbone backbone, IReadOnlyList<ImageReader> images, WindowPolicy policy, int scale, int atOnce)
    {
        int dimension = backbone.Description.Dimension;
        long most = DecompositionMatrices * (long)dimension * dimension * sizeof(double);
        foreach (ImageReader image in images)
        {
            (int rows, int columns) = LowResolutionTokens.WindowSize(backbone, image.Info, policy, scale);
            (int height, int width) = (rows * backbone.Description.Patch, columns * backbone.Description.Patch);
            long pass = Backbone.PassBytesAtOnce(backbone.PassBytes(rows, columns), atOnce);
            long window = BackboneWindow.Bytes(backbone, rows, columns, false) + pass;
            // Views are read one at a time.
            long read = ScaledPage.Bytes(image, scale, width, height, wholeRows: false) + PlaneBytes(width, height) + image.HeldBytes(1);
            most = Math.Max(most, SharedPcaCovariance.Bytes(dimension, rows * columns) + (window * atOnce) + read);
        }
        return most;
    }

    /// <summary>
    /// The random numbers of a scale's views. Scale 1's are the seed's own. Scale 2's generator is seeded with the first of those, so that
    /// its views depend on the seed alone, whether or not scale 1 is wanted too.
    /// </summary>
    internal static SplitMix64 Draws(ulong seed, int scale) => new(scale == 1 ? seed : new SplitMix64(seed).Next());

    /// <summary>The leading eigenvectors, each with the sign that makes its largest number positive.</summary>
    internal static SharedPca Decompose(Backbone backbone, SharedPcaCovariance tokens, int channels)
    {
        Matrix<double> covariance = tokens.Covariance();
        double[] mean = tokens.Mean();
        int dimension = mean.Length;
        if (covariance.Enumerate().Any(value => !double.IsFinite(value)))
        {
            throw backbone.NotFinite("for the images that it was given");
        }
        Evd<double> evd = covariance.Evd(Symmetricity.Symmetric);
        int[] order = [.. Enumerable.Range(0, dimension).OrderByDescending(i => evd.EigenValues[i].Real)];
        float[] components = new float[channels * dimension];
        for (int channel = 0; channel < channels; channel++)
        {
            double[] vector = evd.EigenVectors.Column(order[channel]).ToArray();
            double largest = vector.MaxBy(Math.Abs);
            for (int number = 0; number < dimension; number++)
            {
                components[(channel * dimension) + number] = (float)(largest < 0 ? -vector[number] : vector[number]);
            }
        }
        return new SharedPca(
            [.. mean.Select(value => (float)value)],
            components,
            [.. order.Take(channels).Select(i => (float)Math.Max(0, evd.EigenValues[i].Real))]);
    }

    /// <summary>The last view's window where it has the right size, or a new one instead of it.</summary>
    private static BackboneWindow WindowFor(Backbone backbone, ImageInfo info, WindowPolicy policy, int scale, BackboneWindow? last)
    {
        (int rows, int columns) = LowResolutionTokens.WindowSize(backbone, info, policy, scale);
        if (last is not null && last.Rows == rows && last.Columns == columns)
        {
            return last;
        }
        last?.Dispose();
        return new BackboneWindow(backbone, rows, columns, flipAverage: false);
    }

    /// <summary>Reads the window of a view and jitters it into the network's input.</summary>
    private static void Load(
        Backbone backbone, ImageReader image, InputMap map, int scale, BackboneWindow window, SplitMix64 random)
    {
        int patch = backbone.Description.Patch;
        long width = Math.Max(LowResolutionTokens.Cells(image.Info.Width * scale, patch) * patch, window.Width);
        long height = Math.Max(LowResolutionTokens.Cells(image.Info.Height * scale, patch) * patch, window.Height);
        SharedPcaView view = SharedPcaView.Draw(random, width, height, window.Width, window.Height);
        using var page = new ScaledPage(backbone, image, map, scale, window.Width, window.Height, wholeRows: false);
        using var planes = new HostBuffer(PlaneBytes(window.Width, window.Height));
        page.Load(new Region(view.X, view.Y, window.Width, window.Height), first: true, (float*)planes.Pointer);
        view.Apply((float*)planes.Pointer, window.Input, window.Width, window.Height, BackboneInput.Colours);
    }

    /// <summary>Bytes of a view's window before it is jittered.</summary>
    private static long PlaneBytes(int width, int height) => (long)BackboneInput.Colours * width * height * sizeof(float);
}
