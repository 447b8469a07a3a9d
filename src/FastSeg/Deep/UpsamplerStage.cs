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

    /// <summary>A convolution of one or two stages.</summary>
    Convolution,

    /// <summary>Nearest resizing of a stage.</summary>
    Nearest,

    /// <summary>Bilinear doubling of a stage.</summary>
    Bilinear,
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

    /// <summary>Whether the guidance image, resized to this stage's size, is stored as a last block of 3 channels.</summary>
    public bool WithImage { get; init; }

    /// <summary>Columns of padding kept at either side, for the widest window that reads the stage.</summary>
    public int Pad { get; set; }
}
