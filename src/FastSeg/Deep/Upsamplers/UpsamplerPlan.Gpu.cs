using FastSeg.Deep.Convolutions;
using FastSeg.Gpu;
using FastSeg.Kernels;

namespace FastSeg.Deep.Upsamplers;

/// <summary>
/// The upsampler on a GPU for images of one size: its stages, and where in a tile's scratch each is kept. Immutable.
/// </summary>
internal sealed class UpsamplerPlanGpu : UpsamplerGraph<UpsamplerStageGpu>, IGuidedPlan
{
    /// <summary>
    /// Rows that the last doubling computes at a time. 96 rows of 1024 pixels are 33 MB of sums for 32 channels (an H100's L2 cache holds
    /// 50 MB), and their window costs a twelfth more rows of the source.
    /// </summary>
    public const int BandRows = 96;

    private readonly long[] _offsets;

    /// <summary>Lays out the stages and the scratch.</summary>
    /// <param name="network">The weights.</param>
    /// <param name="height">Rows of the guidance image, filled up to whole patches, and of the result.</param>
    /// <param name="width">Columns of both.</param>
    /// <param name="lowHeight">Rows of the low-resolution features.</param>
    /// <param name="lowWidth">Columns of the low-resolution features.</param>
    /// <param name="maxWidth">Columns of the widest tile.</param>
    /// <param name="maxHeight">Rows of the tallest tile.</param>
    public UpsamplerPlanGpu(Upsampler network, int height, int width, int lowHeight, int lowWidth, int maxWidth, int maxHeight)
        : base(network, height, width, lowHeight, lowWidth)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Math.Min(maxWidth, maxHeight), 1);
        (MaxWidth, MaxHeight) = (Math.Min(maxWidth, width), Math.Min(maxHeight, height));
        AddLayers();
        _offsets = new long[Stages.Count];
        int[] rows = Extents(true, MaxHeight), columns = Extents(false, MaxWidth);
        MaxGuidancePixels = (long)rows[^1] * columns[^1];
        Place(rows, columns);
    }

    /// <summary>Columns of the widest tile.</summary>
    public int MaxWidth { get; }

    /// <summary>Rows of the tallest tile.</summary>
    public int MaxHeight { get; }

    /// <summary>Bytes of scratch that a tile of at most the largest size needs.</summary>
    public long ScratchBytes { get; private set; }

    /// <summary>Most pixels of the guidance image that a tile depends on.</summary>
    public long MaxGuidancePixels { get; }

    /// <summary>Whether the last stage has the image's size, so that it is the result as it is.</summary>
    public bool EndsAtImage => Stages[^1].Width == Width && Stages[^1].Height == Height;

    /// <summary>Byte at which the part of the scratch begins that <see cref="UpsamplerOutputGpu{TSink}"/> works in.</summary>
    public long OutputScratchOffset { get; private set; }

    /// <summary>Byte at which a stage begins in the scratch.</summary>
    public long Offset(int stage) => _offsets[stage];

    /// <inheritdoc/>
    protected override int AddFeatures() => Add(new UpsamplerStageGpu
    {
        Kind = UpsamplerKindGpu.Features,
        Height = LowHeight,
        Width = LowWidth,
        Channels = Network.Config.ChannelsIn,
    });

    /// <inheritdoc/>
    protected override int AddPool(int source, int height, int width) => Add(new UpsamplerStageGpu
    {
        Kind = source < 0 ? UpsamplerKindGpu.PooledImage : UpsamplerKindGpu.Pool,
        Height = height,
        Width = width,
        Channels = source < 0 ? Upsampler.Colours : Stages[source].Channels,
        Source = source,
    });

    /// <inheritdoc/>
    protected override int AddFilter(UpsamplerLayer layer, int source, bool withImage = false) => Add(new UpsamplerStageGpu
    {
        Kind = UpsamplerKindGpu.Convolution,
        Height = Stages[source].Height,
        Width = Stages[source].Width,
        Channels = layer.Outputs + (withImage ? Upsampler.Colours : 0),
        Source = source,
        Weights = layer.Folded,
        Leaky = true,
        WithImage = withImage,
    });

    /// <inheritdoc/>
    protected override int AddMix(UpsamplerLayer layer, int features, int guide, int height, int width) => Add(new UpsamplerStageGpu
    {
        Kind = UpsamplerKindGpu.Convolution,
        Height = height,
        Width = width,
        Channels = layer.Outputs,
        Source = features,
        Second = guide,
        Weights = layer.Folded,
        Leaky = true,
    });

    /// <inheritdoc/>
    protected override int AddDoubling(int level, int source)
    {
        bool last = level == Network.Ups.Length - 1;
        ConvolutionWeights weights = last ? Network.OutputWeights : Network.UpWeights[level];
        return Add(new UpsamplerStageGpu
        {
            Kind = last ? UpsamplerKindGpu.Output : UpsamplerKindGpu.Convolution,
            Height = 2 * Stages[source].Height,
            Width = 2 * Stages[source].Width,
            Channels = weights.Outputs,
            Source = source,
            Weights = weights,
            Doubled = Network.Config.Align,
        });
    }

    /// <summary>Adds nothing: the last convolution is composed into the last doubling.</summary>
    protected override void AddOutput(int source)
    {
    }

    /// <summary>Gives each stage the lowest place that is free from when the stage is computed until it was last read.</summary>
    private void Place(int[] rows, int[] columns)
    {
        int count = Stages.Count;
        int[] lastReader = [.. Enumerable.Range(0, count).Select(LastReader)];
        lastReader[^1] = count;
        long[] bytes = new long[count];
        for (int s = 0; s < count; s++)
        {
            // A result that has the image's size goes to the caller's planes.
            int channels = s == count - 1 && EndsAtImage ? 0 : Stages[s].Channels;
            long size = checked((long)rows[s] * columns[s] * channels * sizeof(float));
            if (size > (long)int.MaxValue * sizeof(float))
            {
                throw new FastSegException(
                    $"Tiles of {MaxWidth} x {MaxHeight} are too large for the upsampler on a GPU; give a smaller tile.");
            }
            bytes[s] = DeviceArena.Aligned(size);
            // From low to high, the places that are still taken push this one up until it lies between two of them or behind all.
            (long Begin, long End)[] taken =
            [
                .. Enumerable.Range(0, s).Where(t => lastReader[t] >= s).Select(t => (_offsets[t], _offsets[t] + bytes[t]))
                    .OrderBy(place => place.Item1),
            ];
            foreach ((long begin, long end) in taken)
            {
                if (_offsets[s] + bytes[s] > begin)
                {
                    _offsets[s] = Math.Max(_offsets[s], end);
                }
            }
            ScratchBytes = Math.Max(ScratchBytes, _offsets[s] + bytes[s]);
        }
        // The output works behind what is needed to the end: the last stage's source and, where it is stored, its result.
        int last = count - 1, read = Stages[last].Source;
        OutputScratchOffset = Math.Max(_offsets[read] + bytes[read], _offsets[last] + bytes[last]);
        ScratchBytes = Math.Max(ScratchBytes, OutputScratchOffset + OutputScratchBytes(columns[last], rows[last]));
    }

    /// <summary>Number of the last stage that reads a stage; -1 for none.</summary>
    private int LastReader(int source)
    {
        int reader = Stages.Count - 1;
        while (reader >= 0 && Stages[reader].Source != source && Stages[reader].Second != source)
        {
            reader--;
        }
        return reader;
    }

    /// <summary>Bytes that <see cref="UpsamplerOutputGpu{TSink}"/> works in, for regions of at most so many columns and rows.</summary>
    private long OutputScratchBytes(int width, int height)
    {
        // A band's sums: half as many rows of the source as the band has, and the window's.
        long sumRows = (Math.Min(height, BandRows) / 2) + 4, sums = Doubling.Window * Network.LastWeights.Outputs * sumRows * width;
        // What lies between the two convolutions at the image's border: three rows or columns, and a pixel at either end.
        long between = Network.LastWeights.Inputs * 3L * (Math.Max(width, height) + 2);
        return Math.Max(sums, between) * sizeof(float);
    }
}
