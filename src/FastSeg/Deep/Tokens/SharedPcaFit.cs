using System.Diagnostics;
using FastSeg.Common;
using FastSeg.Deep.Backbones;
using FastSeg.Images;
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
        BackboneWindow? window = null;
        bool oneSize =
            images.Select(image => LowResolutionTokens.WindowSize(backbone, image.Info, policy, scale)).Distinct().Count() == 1;
        long since = Stopwatch.GetTimestamp();
        void Book(Stage stage, long pixels) => since = times?.Add(stage, since, pixels) ?? since;
        try
        {
            for (int view = 0; view < views; view++)
            {
                run?.Cancellation.ThrowIfCancellationRequested();
                ImageReader image = images[view % images.Count];
                window = WindowFor(backbone, image.Info, policy, scale, window);
                Load(backbone, image, new InputMap(range, maps?[view % images.Count] ?? default), scale, window, random);
                long pixels = (long)window.Width * window.Height;
                Book(Stage.Read, pixels);
                // ONNX Runtime would keep the memory of a pass for each size of window; keep it only where all views have one size.
                TokenView tokens = window.Forward(keep: oneSize && view + 1 < views);
                Book(Stage.Vit, pixels);
                covariance.Add(tokens, window.Rows * window.Columns, backbone.Threads);
                Book(Stage.Projection, pixels);
                run?.Progress?.Report((double)(view + 1) / views);
            }
        }
        finally
        {
            window?.Dispose();
        }
        SharedPca projection = Decompose(backbone, covariance, channels);
        Book(Stage.Projection, 0);
        return projection;
    }

    /// <summary>
    /// Peak memory of the process while a projection is fitted: the covariance, and a view with its pass through the network or the
    /// matrices that the decomposition makes. The pass is measured.
    /// </summary>
    /// <exception cref="FastSegException">It is more than the options allow.</exception>
    public static long Peak(
        Backbone backbone, IReadOnlyList<ImageReader> images, WindowPolicy policy, ComputeOptions options, int scale = 1)
    {
        int dimension = backbone.Description.Dimension;
        long most = 0;
        foreach (ImageReader image in images)
        {
            (int rows, int columns) = LowResolutionTokens.WindowSize(backbone, image.Info, policy, scale);
            (int height, int width) = (rows * backbone.Description.Patch, columns * backbone.Description.Patch);
            long view = BackboneWindow.Bytes(backbone, rows, columns, false)
                + ScaledPage.Bytes(image, scale, width, height, wholeRows: false) + PlaneBytes(width, height);
            long pass = backbone.PassBytes(rows, columns);
            most = Math.Max(most, SharedPcaCovariance.Bytes(dimension, rows * columns) + view + pass + image.HeldBytes(1));
        }
        most = Math.Max(most, DecompositionMatrices * (long)dimension * dimension * sizeof(double));
        long peak = ProcessMemory.Resident() + ProcessMemory.CodeBytes + most;
        return options.Memory <= 0 || peak <= options.Memory
            ? peak
            : throw new FastSegException(
                $"{images[0].Info.Name}: {LimitWords} {ByteSize.Text(options.Memory)} is not enough "
                + $"to fit the projection of {backbone.Folder}; the least that would do is {ByteSize.Text(peak)}.",
                Setting.Memory, LimitWords);
    }

    /// <summary>
    /// The random numbers of a scale's views. Scale 1's are the seed's own. Scale 2's generator is seeded with the first of those, so that
    /// its views depend on the seed alone, whether or not scale 1 is wanted too.
    /// </summary>
    internal static SplitMix64 Draws(ulong seed, int scale) => new(scale == 1 ? seed : new SplitMix64(seed).Next());

    /// <summary>The leading eigenvectors, each with the sign that makes its largest number positive.</summary>
    private static SharedPca Decompose(Backbone backbone, SharedPcaCovariance tokens, int channels)
    {
        Matrix<double> covariance = tokens.Covariance();
        double[] mean = tokens.Mean();
        int dimension = mean.Length;
        if (covariance.Enumerate().Any(value => !double.IsFinite(value)))
        {
            throw backbone.NotFinite("for the training images");
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
