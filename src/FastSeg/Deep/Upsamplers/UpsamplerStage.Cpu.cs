namespace FastSeg.Deep;

/// <summary>What a stage of the upsampler computes.</summary>
internal enum UpsamplerKind
{
    /// <summary>The low-resolution features, brought into blocks.</summary>
    Features,

    /// <summary>The guidance image, normalised, pooled two by two.</summary>
    PooledImage,

    /// <summary>Another stage, pooled two by two.</summary>
    Pool,

    /// <summary>A convolution of one or two stages, term by term.</summary>
    Convolution,

    /// <summary>A 3 x 3 convolution of one or two stages by Winograd's filtering.</summary>
    Winograd,

    /// <summary>Nearest resizing of a stage.</summary>
    Nearest,

    /// <summary>First half of a bilinear doubling with a convolution behind it: twice the columns, a partial sum for each window row.</summary>
    DoubleColumns,

    /// <summary>Its second half: twice the rows.</summary>
    DoubleRows,
}

/// <summary>
/// One layer of the network on one image: what it computes and how large its whole result would be. Only the rows that later stages
/// still need are ever kept.
/// </summary>
internal sealed class UpsamplerStage
{
    /// <summary>What is computed.</summary>
    public required UpsamplerKind Kind { get; init; }

    /// <summary>Rows of the whole result.</summary>
    public required int Height { get; init; }

    /// <summary>Columns of the whole result.</summary>
    public required int Width { get; init; }

    /// <summary>Channels of each block of 16 that is stored.</summary>
    public required int[] Blocks { get; init; }

    /// <summary>The stage that is read; -1 for none.</summary>
    public int Source { get; init; } = -1;

    /// <summary>A second stage whose channels follow; -1 for none.</summary>
    public int Second { get; init; } = -1;

    /// <summary>The weights of a convolution.</summary>
    public Convolution? Convolution { get; init; }

    /// <summary>The weights of a convolution by Winograd's filtering.</summary>
    public WinogradConvolution? Winograd { get; init; }

    /// <summary>The slope, for negative values, of the leaky ReLU behind a convolution; 1 for none.</summary>
    public float Slope { get; init; } = 1;

    /// <summary>The weights of either half of a doubling.</summary>
    public DoublingConvolution? Doubling { get; init; }

    /// <summary>Whether the guidance image, resized to this stage's size, is stored as a last block of 3 channels.</summary>
    public bool WithImage { get; init; }

    /// <summary>
    /// Whether rows are computed, a group at a time, when their only reader asks, so that no more than its window is kept; otherwise a strip's
    /// rows are computed together.
    /// </summary>
    public bool OnDemand { get; set; }

    /// <summary>Columns of padding kept at either side, for the widest window that reads the stage.</summary>
    public int Pad { get; set; }

    /// <summary>
    /// How many neighbouring rows are computed together, from one divisible by that number on; the same for columns.
    /// </summary>
    public int Group => Winograd is null ? 1 : WinogradConvolution.Group;

    /// <summary>The last of the rows (or columns) that are computed together with <paramref name="position"/>.</summary>
    public int GroupEnd(int position, bool rows) =>
        Math.Min((rows ? Height : Width) - 1, position - (position % Group) + Group - 1);

    /// <summary>The rows (or columns) of the source that <paramref name="first"/> .. <paramref name="last"/> of this stage need.</summary>
    /// <param name="rows">Rows, or columns.</param>
    /// <param name="first">First row or column of this stage.</param>
    /// <param name="last">Last one.</param>
    /// <param name="source">Rows or columns of the whole source.</param>
    public (int Low, int High) Reads(bool rows, int first, int last, int source)
    {
        switch (Kind)
        {
            case UpsamplerKind.PooledImage or UpsamplerKind.Pool:
                return (Math.Min(2 * first, source - 1), Math.Min((2 * last) + 1, source - 1));
            case UpsamplerKind.Convolution:
                return (Math.Max(0, first - Convolution!.Radius), Math.Min(source - 1, last + Convolution.Radius));
            case UpsamplerKind.Winograd:
                return (Math.Max(0, first - 1), Math.Min(source - 1, last + 1));
            case UpsamplerKind.Nearest:
                int own = rows ? Height : Width;
                return (Resize.Nearest(first, source, own), Resize.Nearest(last, source, own));
            case UpsamplerKind.DoubleRows when rows:
            case UpsamplerKind.DoubleColumns when !rows:
                DoublingSource end = DoublingSource.At(last + DoublingConvolution.Radius, source, false);
                return (DoublingSource.At(first - DoublingConvolution.Radius, source, false).First, end.First + end.Step);
            default:
                return (first, last);
        }
    }
}
