using FastSeg.Deep.Convolutions;
using FastSeg.Kernels;
using Resize = FastSeg.Deep.Convolutions.Resize;

namespace FastSeg.Deep.Upsamplers;

/// <summary>
/// A stage on a GPU, one launch or two. There are fewer than on the CPU: a resize, a concatenation and a doubling are part of the
/// convolution that reads them.
/// </summary>
internal sealed class UpsamplerStageGpu : UpsamplerStage
{
    /// <summary>What is computed.</summary>
    public required UpsamplerKindGpu Kind { get; init; }

    /// <summary>Channels that are stored, the image's three among them.</summary>
    public required int Channels { get; init; }

    /// <summary>The weights of a convolution.</summary>
    public ConvolutionWeights? Weights { get; init; }

    /// <summary>Whether a leaky ReLU follows.</summary>
    public bool Leaky { get; init; }

    /// <summary>Where the source's bilinear doubling takes its values; null where it is resized to the nearest sample.</summary>
    public Align? Doubled { get; init; }

    /// <summary>Channels that a convolution computes.</summary>
    public int Outputs => Channels - (WithImage ? Upsampler.Colours : 0);

    /// <inheritdoc/>
    public override bool ReadsImage => Kind == UpsamplerKindGpu.PooledImage;

    /// <summary>How a source of the given size is resized to this stage.</summary>
    public int Mapping(UpsamplerStageGpu source) =>
        Doubled is not null ? ConvolutionSource.Doubled
        : source.Width == Width && source.Height == Height ? ConvolutionSource.Same
        : ConvolutionSource.Nearest;

    /// <inheritdoc/>
    public override (int Low, int High) Reads(bool rows, int first, int last, int source)
    {
        if (Kind is UpsamplerKindGpu.Pool or UpsamplerKindGpu.PooledImage)
        {
            return PoolingReads(first, last, source);
        }
        // The window lies in the resized source, which has this stage's size; then where that reads.
        int own = Length(rows), radius = Weights!.Kernel / 2, low = Math.Max(0, first - radius), high = Math.Min(own - 1, last + radius);
        return Doubled is { } align
            ? (Resize.Doubled(low, source, align).First, Resize.Doubled(high, source, align).Second)
            : (Resize.Nearest(low, source, own), Resize.Nearest(high, source, own));
    }
}

/// <summary>What a stage of the upsampler computes on a GPU.</summary>
internal enum UpsamplerKindGpu
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
