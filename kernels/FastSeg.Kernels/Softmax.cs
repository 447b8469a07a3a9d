using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// Class probabilities from margins, for smoothing: e^(m_c - most) by <see cref="Exponential"/>, times one reciprocal of their sum, which
/// is added from class 0 on. One group means two classes of margins 0 and m.
/// </summary>
/// <remarks>
/// One thread a pixel, groups of any size in one dimension, no shared memory. Of each class 4 bytes are read and 4 written; what a
/// thread reads again comes from the L2 cache. 24 flops a class, 21 of them in the exponential.
/// </remarks>
public static class Softmax
{
    /// <summary>The device function.</summary>
    /// <param name="margins">Groups x pixels.</param>
    /// <param name="groups">Groups: 1 for two classes, otherwise one for each class.</param>
    /// <param name="pixels">Pixels.</param>
    /// <param name="probabilities">Receives classes x pixels; another memory than the margins.</param>
    public static void Run(ArrayView<float> margins, int groups, int pixels, ArrayView<float> probabilities)
    {
        long pixel = ((long)Grid.IdxX * Group.DimX) + Group.IdxX, stride = pixels;
        if (pixel >= pixels)
        {
            return;
        }
        float most = margins[pixel];
        if (groups == 1)
        {
            float margin = most;
            most = margin > 0f ? margin : 0f;
            float first = Exponential.Of(0f - most), second = Exponential.Of(margin - most), share = 1f / (first + second);
            probabilities[pixel] = first * share;
            probabilities[stride + pixel] = second * share;
            return;
        }
        for (int group = 1; group < groups; group++)
        {
            float margin = margins[(group * stride) + pixel];
            most = most > margin ? most : margin;
        }
        float sum = 0f;
        for (int group = 0; group < groups; group++)
        {
            float power = Exponential.Of(margins[(group * stride) + pixel] - most);
            probabilities[(group * stride) + pixel] = power;
            sum += power;
        }
        float part = 1f / sum;
        for (int c = 0; c < groups; c++)
        {
            probabilities[(c * stride) + pixel] = probabilities[(c * stride) + pixel] * part;
        }
    }
}
