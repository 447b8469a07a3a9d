using FastSeg.Deep.Convolutions;

namespace FastSeg.Deep.Upsamplers;

/// <summary>
/// The upsampler on images of one size: which layer reads which, and which part of each a region of the result needs. Both are written
/// here once. The plans of CPU and GPU say into which stages of their own a layer turns; the GPU needs fewer, because it resizes,
/// concatenates and doubles while it loads. Coordinates are the whole image's, so tiles give what the whole image would.
/// </summary>
internal abstract class UpsamplerGraph<TStage> where TStage : UpsamplerStage
{
    private readonly List<TStage> _stages = [];

    /// <summary>Takes the sizes; the stages follow with <see cref="AddLayers"/>.</summary>
    /// <param name="network">The weights.</param>
    /// <param name="height">Rows of the guidance image, filled up to whole patches, and of the result.</param>
    /// <param name="width">Columns of both.</param>
    /// <param name="lowHeight">Rows of the low-resolution features.</param>
    /// <param name="lowWidth">Columns of the low-resolution features.</param>
    protected UpsamplerGraph(Upsampler network, int height, int width, int lowHeight, int lowWidth)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Math.Min(Math.Min(height, width), Math.Min(lowHeight, lowWidth)), 1);
        (Network, Height, Width, LowHeight, LowWidth) = (network, height, width, lowHeight, lowWidth);
    }

    /// <summary>The weights.</summary>
    public Upsampler Network { get; }

    /// <summary>Rows of the guidance image and of the result.</summary>
    public int Height { get; }

    /// <summary>Columns of the guidance image and of the result.</summary>
    public int Width { get; }

    /// <summary>Rows of the low-resolution features.</summary>
    public int LowHeight { get; }

    /// <summary>Columns of the low-resolution features.</summary>
    public int LowWidth { get; }

    /// <summary>Every stage, each after those it reads; the last one, resized to the image, is the result.</summary>
    public IReadOnlyList<TStage> Stages => _stages;

    /// <summary>
    /// Finds the rows (or columns) of every stage that rows (columns) <paramref name="first"/> .. <paramref name="last"/> of the result
    /// need. The spans have one entry more than there are stages: the guidance image's.
    /// </summary>
    public void Trace(bool rows, int first, int last, Span<int> firsts, Span<int> lasts)
    {
        int image = _stages.Count, result = image - 1, length = rows ? Height : Width;
        firsts[..(image + 1)].Fill(int.MaxValue);
        lasts[..(image + 1)].Fill(-1);
        int resultLength = _stages[result].Length(rows);
        Hull(result, (Resize.Nearest(first, resultLength, length), Resize.Nearest(last, resultLength, length)), firsts, lasts);
        // Readers come after what they read, so a stage's own rows are complete when its turn comes.
        for (int s = result; s >= 0; s--)
        {
            TStage stage = _stages[s];
            firsts[s] -= firsts[s] % stage.Group;
            lasts[s] = stage.GroupEnd(lasts[s], rows);
            foreach (int source in (ReadOnlySpan<int>)[stage.Source, stage.Second])
            {
                if (source >= 0)
                {
                    Hull(source, stage.Reads(rows, firsts[s], lasts[s], _stages[source].Length(rows)), firsts, lasts);
                }
            }
            if (stage.ReadsImage)
            {
                Hull(image, stage.Reads(rows, firsts[s], lasts[s], length), firsts, lasts);
            }
            if (stage.WithImage)
            {
                int own = stage.Length(rows);
                Hull(image, (Resize.Nearest(firsts[s], length, own), Resize.Nearest(lasts[s], length, own)), firsts, lasts);
            }
        }
    }

    /// <summary>The part of the guidance image that <paramref name="region"/> of the result depends on.</summary>
    public Region Guidance(Region region) => Part(region, _stages.Count);

    /// <summary>
    /// The part of a stage that <paramref name="region"/> of the result depends on; the number behind the last stage's is the image's.
    /// </summary>
    protected Region Part(Region region, int stage)
    {
        int count = _stages.Count;
        Span<int> firsts = stackalloc int[count + 1], lasts = stackalloc int[count + 1];
        Trace(true, (int)region.Y, (int)region.Bottom - 1, firsts, lasts);
        (int top, int bottom) = (firsts[stage], lasts[stage]);
        Trace(false, (int)region.X, (int)region.Right - 1, firsts, lasts);
        return new Region(firsts[stage], top, lasts[stage] - firsts[stage] + 1, bottom - top + 1);
    }

    /// <summary>
    /// Most rows (or columns) of each stage, and of the guidance image behind them, that <paramref name="length"/> rows (columns) of the
    /// result need, wherever they lie.
    /// </summary>
    protected int[] Extents(bool rows, int length)
    {
        int[] extents = new int[_stages.Count + 1], firsts = new int[_stages.Count + 1], lasts = new int[_stages.Count + 1];
        for (int at = 0; at + length <= (rows ? Height : Width); at++)
        {
            Trace(rows, at, at + length - 1, firsts, lasts);
            for (int s = 0; s < extents.Length; s++)
            {
                extents[s] = Math.Max(extents[s], lasts[s] - firsts[s] + 1);
            }
        }
        return extents;
    }

    /// <summary>
    /// Adds the network's layers. The image goes down a pyramid, half as large at each level; the features climb it, twice as large at
    /// each level, and are mixed with what the image gave at about their size.
    /// </summary>
    protected void AddLayers()
    {
        int[] guidance = AddPyramid();
        int x = AddFeatures();
        x = AddFilter(Network.Input.Second, AddFilter(Network.Input.First, x));
        for (int level = 0; level < guidance.Length; level++)
        {
            // The pyramid counts from the finest level, the climb from the coarsest.
            int guide = guidance[^(level + 1)];
            // The coarsest level is mixed at the size of whole patches: the cells'.
            (int height, int width) = level == 0
                ? (Math.Max(1, Height / Network.Config.Patch), Math.Max(1, Width / Network.Config.Patch))
                : (_stages[guide].Height, _stages[guide].Width);
            int mixed = AddMix(Network.Mixes[level].First, x, guide, height, width);
            x = AddDoubling(level, AddFilter(Network.Mixes[level].Second, mixed));
        }
        AddOutput(x);
    }

    /// <summary>Adds a stage and returns its number.</summary>
    protected int Add(TStage stage)
    {
        _stages.Add(stage);
        return _stages.Count - 1;
    }

    /// <summary>Adds the low-resolution features.</summary>
    protected abstract int AddFeatures();

    /// <summary>Adds pooling two by two, of the guidance image where <paramref name="source"/> is -1.</summary>
    protected abstract int AddPool(int source, int height, int width);

    /// <summary>Adds a convolution of one stage, of the same size.</summary>
    protected abstract int AddFilter(UpsamplerLayer layer, int source, bool withImage = false);

    /// <summary>Adds a convolution of the features and a level of the guidance, both resized to the given size.</summary>
    protected abstract int AddMix(UpsamplerLayer layer, int features, int guide, int height, int width);

    /// <summary>Adds a doubling and the convolution behind it.</summary>
    protected abstract int AddDoubling(int level, int source);

    /// <summary>Adds the last convolution, behind the last doubling.</summary>
    protected abstract void AddOutput(int source);

    private int[] AddPyramid()
    {
        int[] guidance = new int[Network.Down.Length];
        (int height, int width) = (Height, Width);
        for (int level = 0; level < guidance.Length; level++)
        {
            // A side of one pixel stays one; PyTorch would refuse such an image.
            (height, width) = (Math.Max(1, height / 2), Math.Max(1, width / 2));
            int pooled = AddPool(level == 0 ? -1 : guidance[level - 1], height, width);
            int first = AddFilter(Network.Down[level].First, pooled);
            guidance[level] = AddFilter(Network.Down[level].Second, first, withImage: true);
        }
        return guidance;
    }

    /// <summary>Widens what is needed of a stage to hold <paramref name="read"/> too.</summary>
    private static void Hull(int stage, (int Low, int High) read, Span<int> firsts, Span<int> lasts)
    {
        firsts[stage] = Math.Min(firsts[stage], read.Low);
        lasts[stage] = Math.Max(lasts[stage], read.High);
    }
}
