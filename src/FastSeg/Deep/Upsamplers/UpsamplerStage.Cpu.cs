using FastSeg.Deep.Convolutions;

namespace FastSeg.Deep.Upsamplers;

/// <summary>A stage on the CPU. A worker keeps the rows of it that later stages still need.</summary>
internal sealed class UpsamplerStageCpu : UpsamplerStage
{
    /// <summary>What is computed.</summary>
    public required UpsamplerKindCpu Kind { get; init; }

    /// <summary>Channels of each block of 16 that is stored; the guidance image's three are a last block of their own.</summary>
    public required int[] Blocks { get; init; }

    /// <summary>The weights of a convolution that is computed term by term.</summary>
    public Convolution? Convolution { get; init; }

    /// <summary>The weights of a convolution by Winograd's filtering.</summary>
    public WinogradConvolution? Winograd { get; init; }

    /// <summary>The slope, for negative values, of the leaky ReLU behind a convolution; 1 for none.</summary>
    public float Slope { get; init; } = 1;

    /// <summary>The weights of either half of a doubling.</summary>
    public DoublingConvolution? Doubling { get; init; }

    /// <summary>Columns of padding kept at either side, for the widest window that reads the stage.</summary>
    public int Pad { get; set; }

    /// <inheritdoc/>
    public override bool ReadsImage => Kind == UpsamplerKindCpu.PooledImage;

    /// <inheritdoc/>
    public override int Group => Winograd is null ? 1 : WinogradConvolution.Group;

    /// <inheritdoc/>
    public override (int Low, int High) Reads(bool rows, int first, int last, int source)
    {
        switch (Kind)
        {
            case UpsamplerKindCpu.PooledImage or UpsamplerKindCpu.Pool:
                return PoolingReads(first, last, source);
            case UpsamplerKindCpu.Convolution:
                return (Math.Max(0, first - Convolution!.Radius), Math.Min(source - 1, last + Convolution.Radius));
            case UpsamplerKindCpu.Winograd:
                return (Math.Max(0, first - 1), Math.Min(source - 1, last + 1));
            case UpsamplerKindCpu.Nearest:
                return (Resize.Nearest(first, source, Length(rows)), Resize.Nearest(last, source, Length(rows)));
            case UpsamplerKindCpu.DoubleRows when rows:
            case UpsamplerKindCpu.DoubleColumns when !rows:
                Align align = Doubling!.Align;
                DoublingSource end = DoublingSource.At(last + DoublingConvolution.Radius, source, align, false);
                return (DoublingSource.At(first - DoublingConvolution.Radius, source, align, false).First, end.First + end.Step);
            default:
                // Each half of a doubling leaves the other axis as it is.
                return (first, last);
        }
    }
}

/// <summary>What a stage of the upsampler computes on the CPU.</summary>
internal enum UpsamplerKindCpu
{
    /// <summary>The low-resolution features, brought into blocks of 16 channels.</summary>
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

    /// <summary>
    /// First half of a bilinear doubling with a convolution behind it: twice the columns, and a partial sum for each window row.
    /// </summary>
    DoubleColumns,

    /// <summary>Its second half: twice the rows.</summary>
    DoubleRows,
}
