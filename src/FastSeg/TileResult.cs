using FastSeg.Images;
using FastSeg.Native;

namespace FastSeg;

/// <summary>What is known of a tile's pixels after the forest; allocated once for the largest tile.</summary>
internal sealed unsafe class TileResult : IDisposable
{
    private readonly HostBuffer _classes;
    private readonly HostBuffer? _probabilities;
    private readonly HostBuffer? _confidence;
    private readonly HostBuffer? _mask;

    public TileResult(Region maxCore, int classCount, ResultKinds kinds)
    {
        ClassCount = classCount;
        Kinds = kinds;
        _classes = new HostBuffer(maxCore.Pixels * kinds.LabelBytes);
        _probabilities = kinds.ProbabilityBytes == 0 ? null : new HostBuffer(maxCore.Pixels * classCount * kinds.ProbabilityBytes);
        _confidence = kinds.Confidence ? new HostBuffer(maxCore.Pixels * sizeof(float)) : null;
        _mask = kinds.Mask ? new HostBuffer(maxCore.Pixels * kinds.MaskBytes) : null;
        ClassPixels = new long[classCount];
    }

    public int ClassCount { get; }

    public ResultKinds Kinds { get; }

    /// <summary>The tile's core.</summary>
    public Region Core { get; set; }

    /// <summary>Pixels of each class over all tiles so far.</summary>
    public long[] ClassPixels { get; }

    /// <summary>Class + 1 of each pixel (0: masked), one byte each; room for two.</summary>
    public byte* Classes => _classes.Pointer;

    /// <summary>Class-major probabilities, float32 or uint8; null where not wanted.</summary>
    public byte* Probabilities => _probabilities is null ? null : _probabilities.Pointer;

    /// <summary>Probability of the chosen class; null where not wanted.</summary>
    public float* Confidence => _confidence is null ? null : (float*)_confidence.Pointer;

    /// <summary>Mask samples of the core; null where there is no mask.</summary>
    public HostBuffer? Mask => _mask;

    /// <summary>The samples of an output, as a writer wants them.</summary>
    public ReadOnlySpan<byte> LabelSamples => _classes.Span<byte>(0, checked((int)(Core.Pixels * Kinds.LabelBytes)));

    public ReadOnlySpan<byte> ProbabilitySamples =>
        _probabilities!.Span<byte>(0, checked((int)(Core.Pixels * ClassCount * Kinds.ProbabilityBytes)));

    public ReadOnlySpan<byte> ConfidenceSamples => _confidence!.Span<byte>(0, checked((int)(Core.Pixels * sizeof(float))));

    public void Dispose()
    {
        _classes.Dispose();
        _probabilities?.Dispose();
        _confidence?.Dispose();
        _mask?.Dispose();
    }
}

/// <summary>Which results a run wants.</summary>
/// <param name="LabelBytes">Bytes of one label: 1, or 2 where a kept value is above 255.</param>
/// <param name="ProbabilityBytes">Bytes of one probability: 0 (not wanted), 1 (uint8) or 4 (float32).</param>
/// <param name="Confidence">Whether the chosen class's probability is wanted.</param>
/// <param name="MaskBytes">Bytes of one mask sample; 0 without a mask.</param>
internal readonly record struct ResultKinds(int LabelBytes, int ProbabilityBytes, bool Confidence, int MaskBytes)
{
    public bool Mask => MaskBytes > 0;

    public bool Probabilities => ProbabilityBytes > 0 || Confidence;

    /// <summary>Bytes a pixel of all of them.</summary>
    public long BytesPerPixel(int classCount) => LabelBytes + ((long)ProbabilityBytes * classCount) + (Confidence ? sizeof(float) : 0) + MaskBytes;
}
