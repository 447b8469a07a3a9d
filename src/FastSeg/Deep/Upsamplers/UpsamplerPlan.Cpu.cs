using FastSeg.Common;
using FastSeg.Deep.Convolutions;
using FastSeg.Simd;

namespace FastSeg.Deep.Upsamplers;

/// <summary>
/// The upsampler on the CPU for images of one size: its stages, and how many rows and columns of each a worker keeps. The result is
/// computed in strips of <see cref="StripRows"/> rows from top to bottom; every stage is a ring of rows that moves down with them, so a
/// tall region computes no row twice, and memory depends on the region's width alone. A stage computes its rows, a group at a time, when a
/// reader asks for them: what lies between the two convolutions of a pair is a few rows, still in the cache. A level of the guidance has
/// two readers. Pooling for the next level asks first and uses the rows up at once; so they are kept only for where features are mixed
/// with them, which is some sixty rows behind. Immutable.
/// </summary>
internal sealed class UpsamplerPlanCpu : UpsamplerGraph<UpsamplerStageCpu>
{
    /// <summary>
    /// Most rows of the result that are computed in one go: those of a band of filters. Measured on Zen 4, strips of 16 and of 32 rows take
    /// the same time.
    /// </summary>
    public const int StripRows = Band.MaxHeight;

    /// <summary>
    /// Columns of the result that are taken apart into planes together, a block of channels at a time. Measured with 32 channels on 2 MB of
    /// L2 cache: 256 and 512 columns take a quarter to a half longer, because the panel then leaves the L1 cache.
    /// </summary>
    public const int PanelColumns = 128;

    private readonly int _features;

    /// <summary>Lays out the stages and measures what they keep.</summary>
    /// <param name="network">The weights.</param>
    /// <param name="height">Rows of the guidance image and of the result.</param>
    /// <param name="width">Columns of both.</param>
    /// <param name="lowHeight">Rows of the low-resolution features.</param>
    /// <param name="lowWidth">Columns of the low-resolution features.</param>
    /// <param name="maxWidth">Columns of the widest region that will be asked for.</param>
    public UpsamplerPlanCpu(Upsampler network, int height, int width, int lowHeight, int lowWidth, int maxWidth)
        : base(network, height, width, lowHeight, lowWidth)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxWidth, 1);
        MaxWidth = Math.Min(maxWidth, width);
        AddLayers();
        _features = Enumerable.Range(0, Stages.Count).First(s => Stages[s].Kind == UpsamplerKindCpu.Features);
        MarkReaders();
        MaxColumns = Extents(false, MaxWidth)[..Stages.Count];
        MaxRows = new int[Stages.Count];
        MeasureRows();
    }

    /// <summary>Columns of the widest region that will be asked for.</summary>
    public int MaxWidth { get; }

    /// <summary>Most rows of each stage that are kept at a time.</summary>
    public int[] MaxRows { get; }

    /// <summary>Most columns of each stage that a region needs, padding not counted.</summary>
    public int[] MaxColumns { get; }

    /// <summary>The cells of the low-resolution features that <paramref name="region"/> of the result depends on.</summary>
    public Region Features(Region region) => Part(region, _features);

    /// <summary>Most columns of these.</summary>
    public int FeatureColumns => MaxColumns[_features];

    /// <inheritdoc/>
    protected override int AddFeatures() => Add(new UpsamplerStageCpu
    {
        Kind = UpsamplerKindCpu.Features,
        Height = LowHeight,
        Width = LowWidth,
        Blocks = Convolution.Split(Network.Config.ChannelsIn),
    });

    /// <inheritdoc/>
    protected override int AddPool(int source, int height, int width) => Add(new UpsamplerStageCpu
    {
        Kind = source < 0 ? UpsamplerKindCpu.PooledImage : UpsamplerKindCpu.Pool,
        Height = height,
        Width = width,
        Blocks = source < 0 ? [Upsampler.Colours] : Stages[source].Blocks,
        Source = source,
    });

    /// <inheritdoc/>
    protected override int AddFilter(UpsamplerLayer layer, int source, bool withImage = false) =>
        Filter(layer, source, withImage: withImage);

    /// <inheritdoc/>
    protected override int AddMix(UpsamplerLayer layer, int features, int guide, int height, int width)
    {
        guide = ResizeTo(guide, height, width);
        return Filter(layer, ResizeTo(features, height, width), guide);
    }

    /// <inheritdoc/>
    protected override int AddDoubling(int level, int source)
    {
        DoublingConvolution doubling = Network.Ups[level];
        (int height, int width) = (Stages[source].Height, Stages[source].Width);
        int columns = Add(new UpsamplerStageCpu
        {
            Kind = UpsamplerKindCpu.DoubleColumns,
            Height = height,
            Width = 2 * width,
            // Each row of the window leaves a sum of its own.
            Blocks = [.. Enumerable.Repeat(Convolution.Lane, DoublingConvolution.Kernel * doubling.OutputBlocks)],
            Source = source,
            Doubling = doubling,
        });
        return Add(new UpsamplerStageCpu
        {
            Kind = UpsamplerKindCpu.DoubleRows,
            Height = 2 * height,
            Width = 2 * width,
            Blocks = Convolution.Split(doubling.Outputs),
            Source = columns,
            Doubling = doubling,
        });
    }

    /// <inheritdoc/>
    protected override void AddOutput(int source) => Filter(Network.Output, source, slope: 1);

    private int ResizeTo(int source, int height, int width)
    {
        UpsamplerStageCpu from = Stages[source];
        return from.Height == height && from.Width == width ? source : Add(new UpsamplerStageCpu
        {
            Kind = UpsamplerKindCpu.Nearest,
            Height = height,
            Width = width,
            Blocks = from.Blocks,
            Source = source,
        });
    }

    private int Filter(UpsamplerLayer layer, int source, int second = -1, bool withImage = false, float slope = Upsampler.LeakySlope)
    {
        int[] blocks = Convolution.Split(layer.Outputs);
        return Add(new UpsamplerStageCpu
        {
            Kind = layer.Winograd is null ? UpsamplerKindCpu.Convolution : UpsamplerKindCpu.Winograd,
            Height = Stages[source].Height,
            Width = Stages[source].Width,
            Blocks = withImage ? [.. blocks, Upsampler.Colours] : blocks,
            Source = source,
            Second = second,
            Convolution = layer.Direct,
            Winograd = layer.Winograd,
            WithImage = withImage,
            Slope = slope,
        });
    }

    /// <summary>Says of each stage how wide the windows are that read it.</summary>
    private void MarkReaders()
    {
        foreach (UpsamplerStageCpu stage in Stages)
        {
            foreach (int source in Sources(stage))
            {
                // A group of four that sticks out of the image reads as far as the pixel behind it.
                int pad = stage.Winograd is not null ? WinogradConvolution.Group : stage.Convolution?.Radius ?? 0;
                Stages[source].Pad = Math.Max(Stages[source].Pad, pad);
            }
        }
    }

    /// <summary>
    /// A stage holds what a row (or group of rows) of its reader needs, the result a group of rows. Where it has a second reader, it holds
    /// the rows from the first one that this reader still needs to the last one that pooling has asked for.
    /// </summary>
    private void MeasureRows()
    {
        MaxRows[^1] = Stages[^1].Group;
        foreach (UpsamplerStageCpu reader in Stages)
        {
            for (int y = 0; reader.Source >= 0 && y < reader.Height; y += reader.Group)
            {
                (int low, int high) = reader.Reads(true, y, reader.GroupEnd(y, true), Stages[reader.Source].Height);
                KeepRows(reader.Source, low, high);
                if (reader.Second >= 0)
                {
                    KeepRows(reader.Second, low, high);
                }
            }
        }
        (int Reader, int Source)[] late = [.. LateReaders()];
        int[] firsts = new int[Stages.Count + 1], lasts = new int[Stages.Count + 1];
        for (int y = 0; y < Height; y++)
        {
            Trace(true, y, y, firsts, lasts);
            foreach ((int reader, int source) in late)
            {
                (int low, _) = Stages[reader].Reads(true, firsts[reader], firsts[reader], Stages[source].Height);
                KeepRows(source, low, lasts[source]);
            }
        }
    }

    /// <summary>The readers that use a stage's rows after pooling has.</summary>
    private IEnumerable<(int Reader, int Source)> LateReaders()
    {
        int[] pooled = [.. Stages.Where(stage => stage.Kind == UpsamplerKindCpu.Pool).Select(stage => stage.Source)];
        return Enumerable.Range(0, Stages.Count)
            .Where(reader => Stages[reader].Kind != UpsamplerKindCpu.Pool)
            .SelectMany(reader => Sources(Stages[reader]).Intersect(pooled).Select(source => (reader, source)));
    }

    private static IEnumerable<int> Sources(UpsamplerStageCpu stage) => ((int[])[stage.Source, stage.Second]).Where(source => source >= 0);

    private void KeepRows(int source, int low, int high) =>
        MaxRows[source] = Math.Max(MaxRows[source], Stages[source].GroupEnd(high, true) - low + 1);
}
