using ILGPU;

namespace FastSeg.Kernels;

/// <summary>What becomes of single pixels behind the guided filter.</summary>
/// <remarks>One thread a pixel of the core, two-dimensional groups, no shared memory. 4 bytes a class read, 8 with p.</remarks>
public static class SmoothedPixels
{
    /// <summary>The class of the largest g, the lowest class on a tie.</summary>
    /// <param name="shape">The rectangles.</param>
    /// <param name="planes">The planes.</param>
    /// <param name="labels">Receives a class for each pixel of the core.</param>
    public static void Label(GuidedShape shape, GuidedPlanes planes, ArrayView<byte> labels)
    {
        int x = (Grid.IdxX * Group.DimX) + Group.IdxX, y = (Grid.IdxY * Group.DimY) + Group.IdxY;
        if (x >= shape.CoreWidth || y >= shape.CoreHeight)
        {
            return;
        }
        long pixels = (long)shape.CoreWidth * shape.CoreHeight, pixel = ((long)y * shape.CoreWidth) + x;
        labels[pixel] = Largest(planes.Smoothed, pixel, pixels, shape.Classes);
    }

    /// <summary>The class of the largest p, the lowest class on a tie; parameters as for <see cref="Label"/>.</summary>
    public static void LabelUnsmoothed(GuidedShape shape, GuidedPlanes planes, ArrayView<byte> labels)
    {
        int x = (Grid.IdxX * Group.DimX) + Group.IdxX, y = (Grid.IdxY * Group.DimY) + Group.IdxY;
        if (x >= shape.CoreWidth || y >= shape.CoreHeight)
        {
            return;
        }
        long at = ((long)(shape.CoreY + y) * shape.Width) + shape.CoreX + x;
        labels[((long)y * shape.CoreWidth) + x] =
            Largest(planes.Probabilities, at, (long)shape.Width * shape.Height, shape.Classes);
    }

    /// <summary>
    /// q: p where the largest p is above a limit, else g; times 32767, rounded, and 32768 more for the class of the largest p.
    /// </summary>
    /// <param name="shape">The rectangles.</param>
    /// <param name="planes">The planes.</param>
    /// <param name="sure">The limit.</param>
    /// <param name="chosen">Receives classes x pixels of the core.</param>
    public static void Choose(GuidedShape shape, GuidedPlanes planes, float sure, ArrayView<ushort> chosen)
    {
        int x = (Grid.IdxX * Group.DimX) + Group.IdxX, y = (Grid.IdxY * Group.DimY) + Group.IdxY;
        if (x >= shape.CoreWidth || y >= shape.CoreHeight)
        {
            return;
        }
        long pixels = (long)shape.CoreWidth * shape.CoreHeight, pixel = ((long)y * shape.CoreWidth) + x;
        long stride = (long)shape.Width * shape.Height, at = ((long)(shape.CoreY + y) * shape.Width) + shape.CoreX + x;
        float most = planes.Probabilities[at];
        for (int c = 1; c < shape.Classes; c++)
        {
            float p = planes.Probabilities[(c * stride) + at];
            most = most > p ? most : p;
        }
        for (int c = 0; c < shape.Classes; c++)
        {
            float own = planes.Probabilities[(c * stride) + at];
            float value = most > sure ? own : planes.Smoothed[(c * pixels) + pixel];
            chosen[(c * pixels) + pixel] = (ushort)(int)Fma.Of(value, 32767f, most > own ? 0.5f : 32768.5f);
        }
    }

    private static byte Largest(ArrayView<float> values, long at, long stride, int classes)
    {
        float best = values[at];
        int label = 0;
        for (int c = 1; c < classes; c++)
        {
            float value = values[(c * stride) + at];
            label = value > best ? c : label;
            best = value > best ? value : best;
        }
        return (byte)label;
    }
}
