using FastSeg.Kernels;

namespace FastSeg.Deep;

/// <summary>What a stage of the upsampler computes on a GPU.</summary>
internal enum UpsamplerGpuKind
{
    /// <summary>The low-resolution features around the tile.</summary>
    Features,

    /// <summary>The guidance image, normalised, pooled two by two.</summary>
    PooledImage,

    /// <summary>Another stage, pooled two by two.</summary>
    Pool,

    /// <summary>A convolution of one or two stages, which are resized in the load.</summary>
    Convolution,

    /// <summary>The last doubling and the convolutions behind it, composed: see <see cref="UpsamplerOutputGpu{TSink}"/>.</summary>
    Output,
}

/// <summary>
/// One launch or two of the network on one image. Fewer than on a CPU: a resize, a concatenation and a doubling are part of the
/// convolution that reads them.
/// </summary>
internal sealed class UpsamplerGpuStage
{
    /// <summary>What is computed.</summary>
    public required UpsamplerGpuKind Kind { get; init; }

    /// <summary>Rows of the whole result.</summary>
    public required int Height { get; init; }

    /// <summary>Columns of the whole result.</summary>
    public required int Width { get; init; }

    /// <summary>Channels that are stored, the image's three among them.</summary>
    public required int Channels { get; init; }

    /// <summary>The stage that is read; -1 for none.</summary>
    public int Source { get; init; } = -1;

    /// <summary>A second stage whose channels follow; -1 for none.</summary>
    public int Second { get; init; } = -1;

    /// <summary>The weights of a convolution.</summary>
    public ConvolutionWeights? Weights { get; init; }

    /// <summary>Whether a leaky ReLU follows.</summary>
    public bool Leaky { get; init; }

    /// <summary>Whether the source is doubled between corners, not resized to the nearest sample.</summary>
    public bool Doubled { get; init; }

    /// <summary>Whether the guidance image, resized to this stage's size, is stored behind the channels.</summary>
    public bool WithImage { get; init; }

    /// <summary>Channels that a convolution computes.</summary>
    public int Outputs => Channels - (WithImage ? 3 : 0);

    /// <summary>How a source of the given size is resized to this stage.</summary>
    public int Mapping(UpsamplerGpuStage source) =>
        Doubled ? ConvolutionSource.Doubled
        : source.Width == Width && source.Height == Height ? ConvolutionSource.Same
        : ConvolutionSource.Nearest;

    /// <summary>The rows (or columns) of a source that <paramref name="first"/> .. <paramref name="last"/> of this stage need.</summary>
    /// <param name="first">First row or column of this stage.</param>
    /// <param name="last">Last one.</param>
    /// <param name="own">Rows or columns of this whole stage.</param>
    /// <param name="source">Rows or columns of the whole source.</param>
    public (int Low, int High) Reads(int first, int last, int own, int source)
    {
        if (Kind is UpsamplerGpuKind.Pool or UpsamplerGpuKind.PooledImage)
        {
            return (Math.Min(2 * first, source - 1), Math.Min((2 * last) + 1, source - 1));
        }
        int radius = Weights!.Kernel / 2, low = Math.Max(0, first - radius), high = Math.Min(own - 1, last + radius);
        return Doubled
            ? (Resize.Aligned(low, source, own).First, Resize.Aligned(high, source, own).Second)
            : (Resize.Nearest(low, source, own), Resize.Nearest(high, source, own));
    }
}
