using ILGPU;

namespace FastSeg.Kernels;

/// <summary>The mean over channels, which the guided filter's guide is blurred from.</summary>
/// <remarks>One thread a pixel, groups of any size in one dimension, no shared memory. 4 bytes a channel read and 4 written.</remarks>
public static class Guide
{
    /// <summary>Replaces the first plane by the sum of all, added from channel 0 on, times a factor.</summary>
    /// <param name="planes">Channels x pixels.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="pixels">Pixels.</param>
    /// <param name="part">The rounded reciprocal of the number of channels.</param>
    public static void Mean(ArrayView<float> planes, int channels, int pixels, float part)
    {
        long pixel = ((long)Grid.IdxX * Group.DimX) + Group.IdxX;
        if (pixel < pixels)
        {
            float sum = planes[pixel];
            for (int channel = 1; channel < channels; channel++)
            {
                sum += planes[((long)channel * pixels) + pixel];
            }
            planes[pixel] = sum * part;
        }
    }
}
