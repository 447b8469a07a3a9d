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
    /// Sources of <c>interpolate(mode="bilinear", align_corners=True)</c> along one axis: corner samples meet corner samples.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Interpolation Aligned(int destination, int input, int output)
    {
        float position = output > 1 ? destination * ((float)(input - 1) / (output - 1)) : 0;
        int first = Math.Min((int)position, input - 1);
        return new Interpolation(first, Math.Min(first + 1, input - 1), Math.Clamp(position - first, 0, 1));
    }
}

/// <summary>Two neighbouring source samples and the weight of the second; the first one weighs 1 minus that.</summary>
/// <param name="First">The sample at or before the position.</param>
/// <param name="Second">The next one, or the same at the end.</param>
/// <param name="Weight">Weight of the second, 0..1.</param>
internal readonly record struct Interpolation(int First, int Second, float Weight);
