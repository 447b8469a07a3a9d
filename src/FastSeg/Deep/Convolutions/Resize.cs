using System.Runtime.CompilerServices;

namespace FastSeg.Deep.Convolutions;

/// <summary>
/// Where PyTorch's resizing reads. Sizes are the whole image's. The ratio and its product with the position are float32, as in PyTorch,
/// because their rounding decides which sample is read.
/// </summary>
internal static class Resize
{
    /// <summary>Source of <c>interpolate(mode="nearest")</c>: min(floor(destination * (input / output)), input - 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Nearest(int destination, int input, int output) =>
        input == output ? destination : Math.Min((int)(destination * ((float)input / output)), input - 1);

    /// <summary>
    /// Sources of <c>interpolate(scale_factor=2, mode="bilinear")</c> along one axis of <paramref name="input"/> samples. The position is
    /// destination x ratio + offset: with corners on corners a product that float32 rounds, with half-pixel centres exact.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Interpolation Doubled(int destination, int input, Align align)
    {
        float place = MathF.FusedMultiplyAdd(destination, DoubledRatio(input, align), DoubledOffset(align));
        float position = Math.Clamp(place, 0, input - 1);
        int first = (int)position;
        return new Interpolation(first, Math.Min(first + 1, input - 1), position - first);
    }

    /// <summary>Samples of a doubled axis of <paramref name="input"/> samples for one of the result.</summary>
    public static float DoubledRatio(int input, Align align) => align == Align.Corners ? (float)(input - 1) / ((2 * input) - 1) : 0.5f;

    /// <summary>Where the result's first sample lies before it is kept within the axis.</summary>
    public static float DoubledOffset(Align align) => align == Align.Corners ? 0 : -0.25f;
}

/// <summary>Two neighbouring source samples and the weight of the second; the first one weighs 1 minus that.</summary>
/// <param name="First">The sample at or before the position.</param>
/// <param name="Second">The next one, or the same at the end.</param>
/// <param name="Weight">Weight of the second, 0..1.</param>
internal readonly record struct Interpolation(int First, int Second, float Weight);
