namespace FastSeg;

/// <summary>The shape of a convolutional upsampler, as its weights state it (the paper's Table S1).</summary>
public sealed record UpsamplerConfig
{
    /// <summary>Channels of the low-resolution features.</summary>
    public required int ChannelsIn { get; init; }

    /// <summary>Channels between the layers.</summary>
    public required int ChannelsHidden { get; init; }

    /// <summary>Channels of the result.</summary>
    public required int ChannelsOut { get; init; }

    /// <summary>Channels of the downsampler's layers.</summary>
    public required int ChannelsDown { get; init; }

    /// <summary>Side of the convolutions, 3.</summary>
    public int Kernel { get; init; } = 3;

    /// <summary>Side of the transformer's patch, in pixels.</summary>
    public required int Patch { get; init; }

    /// <summary>How the convolutions pad.</summary>
    public required Padding Padding { get; init; }

    /// <summary>Mean that is taken off the scaled guidance image, per colour.</summary>
    public IReadOnlyList<float> GuidanceMean { get; init; } = [0.485f, 0.456f, 0.406f];

    /// <summary>What it is then divided by, per colour.</summary>
    public IReadOnlyList<float> GuidanceStd { get; init; } = [0.229f, 0.224f, 0.225f];

    /// <summary>What samples in 0..1 are multiplied by first; 255 for the published weights.</summary>
    public float GuidanceScale { get; init; } = 255;

    /// <summary>Whether each cell of the low-resolution features is first divided by its L1 norm over the channels.</summary>
    public bool NormaliseL1 { get; init; } = true;

    /// <summary>Where the bilinear doublings, and only they, take their values.</summary>
    public Align Align { get; init; } = Align.Corners;

    /// <summary>
    /// The identity of the projection whose features the weights were trained on: the SHA-256, in lower-case hexadecimal digits, of its
    /// mean and then its components as little-endian float32, row-major. Null where that is not stated, as for published weights.
    /// </summary>
    public string? Projection { get; init; }

    /// <summary>How the images of the training were standardised; null where that is not stated, as for published weights.</summary>
    public Standardisation? Standardise { get; init; }

    /// <summary>
    /// Whether the tokens of the training were averaged over the four flips of a window; null where that is not stated, as for published
    /// weights.
    /// </summary>
    public bool? FlipAverage { get; init; }

    /// <summary>Doublings from a cell to a pixel: ceil(log2 patch).</summary>
    public int Levels => Patch <= 1 ? 0 : int.Log2(Patch - 1) + 1;

    /// <summary>Each colour's (scale x - mean) / std as gain x + shift.</summary>
    internal (float[] Gain, float[] Shift) Normalisation() => (
        [.. GuidanceStd.Select(std => (float)((double)GuidanceScale / std))],
        [.. GuidanceMean.Zip(GuidanceStd, (mean, std) => (float)(-(double)mean / std))]);
}

/// <summary>Where a bilinear doubling takes the value of a pixel x of the doubled plane.</summary>
public enum Align
{
    /// <summary>At x (n - 1) / (2 n - 1) of n pixels, so that corners lie on corners: the paper's.</summary>
    Corners,

    /// <summary>At (x + 0.5) / 2 - 0.5, kept within the plane: pixels have centres, and nothing is moved.</summary>
    HalfPixel,
}

/// <summary>What a network's convolutions see past the image's border.</summary>
public enum Padding
{
    /// <summary>The edge's value is repeated.</summary>
    Replicate,

    /// <summary>Zeros.</summary>
    Zeros,
}
