using System.Runtime.CompilerServices;

namespace FastSeg.Deep;

/// <summary>Brings the upsampler's two inputs into rows of 16-channel blocks. Pointers to write are to the image's column 0.</summary>
internal sealed unsafe class UpsamplerInputCpu
{
    private const int Lane = Convolution.Lane;
    private const int Colours = 3;

    private readonly float[] _gain;
    private readonly float[] _shift;
    private readonly bool _normalise;

    /// <summary>Takes normalisations from the configuration.</summary>
    public UpsamplerInputCpu(UpsamplerConfig config)
    {
        _normalise = config.NormaliseL1;
        (_gain, _shift) = Normalisation(config);
    }

    /// <summary>Each colour's (scale x - mean) / std as gain x + shift.</summary>
    public static (float[] Gain, float[] Shift) Normalisation(UpsamplerConfig config) => (
        [.. Enumerable.Range(0, Colours).Select(c => (float)((double)config.GuidanceScale / config.GuidanceStd[c]))],
        [.. Enumerable.Range(0, Colours).Select(c => (float)(-(double)config.GuidanceMean[c] / config.GuidanceStd[c]))]);

    /// <summary>The largest of each two by two pixels of the image, normalised.</summary>
    public void Pooled(in GuidanceImage image, int height, int width, int row, int first, int last, float* output)
    {
        (int left, int right) = ((int)image.Region.X, (int)image.Region.Right - 1);
        for (int c = 0; c < Colours; c++)
        {
            float* upper = image.Row(c, Math.Min(2 * row, height - 1)), lower = image.Row(c, Math.Min((2 * row) + 1, height - 1));
            for (int x = first; x <= last; x++)
            {
                int a = Math.Clamp(Math.Min(2 * x, width - 1), left, right), b = Math.Clamp(Math.Min((2 * x) + 1, width - 1), left, right);
                output[((nint)x * Lane) + c] = Normal(c, MathF.Max(MathF.Max(upper[a], upper[b]), MathF.Max(lower[a], lower[b])));
            }
        }
    }

    /// <summary>The image resized to the nearest pixel, normalised.</summary>
    public void Nearest(in GuidanceImage image, int height, int width, UpsamplerStage stage, int row, int first, int last, float* output)
    {
        (int left, int right) = ((int)image.Region.X, (int)image.Region.Right - 1);
        for (int c = 0; c < Colours; c++)
        {
            float* from = image.Row(c, Resize.Nearest(row, height, stage.Height));
            for (int x = first; x <= last; x++)
            {
                output[((nint)x * Lane) + c] = Normal(c, from[Math.Clamp(Resize.Nearest(x, width, stage.Width), left, right)]);
            }
        }
    }

    /// <summary>A row of the low-resolution features; divided by the sum of magnitudes over channels where the weights want it.</summary>
    public void Features(in LowFeatures features, int row, int first, int last, float* output, nint blockStride)
    {
        nint plane = features.PlaneStride;
        float* cells = features.Row(row);
        for (int x = first; x <= last; x++)
        {
            float* from = cells + x;
            float sum = 0;
            for (int c = 0; _normalise && c < features.Channels; c++)
            {
                sum += MathF.Abs(from[c * plane]);
            }
            float divisor = _normalise ? MathF.Max(sum, 1e-12f) : 1;
            for (int c = 0; c < features.Channels; c++)
            {
                output[(c / Lane * blockStride) + ((nint)x * Lane) + (c % Lane)] = from[c * plane] / divisor;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float Normal(int colour, float sample) => MathF.FusedMultiplyAdd(sample, _gain[colour], _shift[colour]);
}
