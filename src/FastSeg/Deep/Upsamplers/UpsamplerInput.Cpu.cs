using System.Runtime.CompilerServices;
using FastSeg.Deep.Convolutions;

namespace FastSeg.Deep.Upsamplers;

/// <summary>
/// Brings the upsampler's two inputs, image and features, into rows of 16-channel blocks. Pointers to write are to the image's column 0.
/// </summary>
internal sealed unsafe class UpsamplerInputCpu
{
    private const int Lane = Convolution.Lane;

    private readonly int _height;
    private readonly int _width;
    private readonly Colour[] _colours;
    private readonly bool _normalise;

    /// <summary>Takes the image's size and the normalisations from the plan.</summary>
    public UpsamplerInputCpu(UpsamplerPlanCpu plan)
    {
        (_height, _width) = (plan.Height, plan.Width);
        _normalise = plan.Network.Config.NormaliseL1;
        (float[] gain, float[] shift) = plan.Network.Config.Normalisation();
        _colours = [.. gain.Zip(shift, (scale, offset) => new Colour(scale, offset))];
    }

    /// <summary>
    /// The largest of each two by two pixels of the image, normalised. Gains are positive, so it is the largest normalised one too.
    /// </summary>
    public void Pooled(in GuidanceImage image, int row, int first, int last, float* output)
    {
        int height = _height, width = _width;
        (int left, int right) = ((int)image.Region.X, (int)image.Region.Right - 1);
        (int top, int bottom) = (Math.Min(2 * row, height - 1), Math.Min((2 * row) + 1, height - 1));
        float* upper0 = image.Row(0, top), upper1 = image.Row(1, top), upper2 = image.Row(2, top);
        float* lower0 = image.Row(0, bottom), lower1 = image.Row(1, bottom), lower2 = image.Row(2, bottom);
        Colour red = _colours[0], green = _colours[1], blue = _colours[2];
        float* to = output + ((nint)first * Lane);
        for (int x = first; x <= last; x++, to += Lane)
        {
            int a = Math.Clamp(Math.Min(2 * x, width - 1), left, right), b = Math.Clamp(Math.Min((2 * x) + 1, width - 1), left, right);
            to[0] = red.Normal(Largest(upper0, lower0, a, b));
            to[1] = green.Normal(Largest(upper1, lower1, a, b));
            to[2] = blue.Normal(Largest(upper2, lower2, a, b));
        }
    }

    /// <summary>The image resized to the nearest pixel, normalised.</summary>
    public void Nearest(in GuidanceImage image, UpsamplerStageCpu stage, int row, int first, int last, float* output)
    {
        int height = _height, width = _width;
        (int left, int right) = ((int)image.Region.X, (int)image.Region.Right - 1);
        int from = Resize.Nearest(row, height, stage.Height);
        float* from0 = image.Row(0, from), from1 = image.Row(1, from), from2 = image.Row(2, from);
        Colour red = _colours[0], green = _colours[1], blue = _colours[2];
        float* to = output + ((nint)first * Lane);
        for (int x = first; x <= last; x++, to += Lane)
        {
            int at = Math.Clamp(Resize.Nearest(x, width, stage.Width), left, right);
            to[0] = red.Normal(from0[at]);
            to[1] = green.Normal(from1[at]);
            to[2] = blue.Normal(from2[at]);
        }
    }

    /// <summary>
    /// A row of the low-resolution features, each cell divided by its L1 norm (the sum of its channels' magnitudes) where the weights were
    /// trained so.
    /// </summary>
    public void Features(in LowFeatures features, int row, int first, int last, float* output, nint blockStride)
    {
        float* cells = features.Row(row, out nint plane);
        for (int x = first; x <= last; x++)
        {
            float* from = cells + x;
            float sum = 0;
            for (int c = 0; _normalise && c < features.Channels; c++)
            {
                sum += MathF.Abs(from[c * plane]);
            }
            // PyTorch's normalize has the same least divisor.
            float divisor = _normalise ? MathF.Max(sum, 1e-12f) : 1;
            for (int c = 0; c < features.Channels; c++)
            {
                output[(c / Lane * blockStride) + ((nint)x * Lane) + (c % Lane)] = from[c * plane] / divisor;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Largest(float* upper, float* lower, int a, int b) =>
        MathF.Max(MathF.Max(upper[a], upper[b]), MathF.Max(lower[a], lower[b]));

    /// <summary>How a colour of the image is normalised.</summary>
    private readonly record struct Colour(float Gain, float Shift)
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public float Normal(float sample) => MathF.FusedMultiplyAdd(sample, Gain, Shift);
    }
}
