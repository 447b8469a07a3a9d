using ILGPU;

namespace FastSeg.Kernels;

/// <summary>A lane's sums: five taps of a window's row. Fields, because an array would lie in local memory.</summary>
internal struct DoublingSums
{
    /// <summary>A tap each, from the left.</summary>
    public TapSums Tap0, Tap1, Tap2, Tap3, Tap4;
}

/// <summary>Where a sample of a doubled axis lies between two samples of the axis, and their weights.</summary>
internal struct DoubledPlace
{
    /// <summary>The first of them.</summary>
    public int First;

    /// <summary>From the first to the second: 1, or 0 at the axis's end.</summary>
    public int Step;

    /// <summary>Weight of the first.</summary>
    public float Near;

    /// <summary>Weight of the second.</summary>
    public float Far;

    /// <summary>The place of a sample. Past the ends it is the last sample's, or has weights of zero.</summary>
    /// <param name="position">The sample.</param>
    /// <param name="doubled">Samples of the doubled axis.</param>
    /// <param name="length">Samples of the axis.</param>
    /// <param name="ratio">Samples of the axis for one of the doubled axis, as float32 rounds it.</param>
    /// <param name="offset">Where the doubled axis's first sample lies before it is kept within.</param>
    /// <param name="zeros">1 where nothing lies past the ends.</param>
    public static DoubledPlace At(int position, int doubled, int length, float ratio, float offset, int zeros)
    {
        int inside = Math.Max(0, Math.Min(position, doubled - 1));
        // Rounded before the whole part is taken off, as on the CPU; a bare product could be fused with that.
        float along = MathF.Min(MathF.Max(0f, Fma.Of(inside, ratio, offset)), length - 1);
        int first = Math.Min((int)along, length - 1);
        float far = along - first, share = zeros != 0 && inside != position ? 0 : 1;
        return new DoubledPlace { First = first, Step = first < length - 1 ? 1 : 0, Near = share * (1 - far), Far = share * far };
    }
}

/// <summary>Sums of one tap: four outputs of four rows of a column.</summary>
internal struct TapSums
{
    /// <summary>The four rows of an output each.</summary>
    public FourPixels Output0, Output1, Output2, Output3;

    /// <summary>One input channel: four pixels times the tap's four weights.</summary>
    public readonly TapSums Add(FourPixels pixels, ArrayView<float> taps, int at) => new()
    {
        Output0 = Add(Output0, pixels, taps[at]),
        Output1 = Add(Output1, pixels, taps[at + 1]),
        Output2 = Add(Output2, pixels, taps[at + 2]),
        Output3 = Add(Output3, pixels, taps[at + 3]),
    };

    /// <summary>Writes the sixteen sums, each <paramref name="step"/> floats behind the last.</summary>
    public readonly void Put(ArrayView<float> to, int step)
    {
        Put(Output0, to, 0, step);
        Put(Output1, to, 4 * step, step);
        Put(Output2, to, 8 * step, step);
        Put(Output3, to, 12 * step, step);
    }

    /// <summary>Adds a tap's sums, as <see cref="Put(ArrayView{float}, int)"/> left them, interpolated between two columns.</summary>
    public readonly TapSums AddBetween(ArrayView<float> near, ArrayView<float> far, int step, DoubledPlace place) => new()
    {
        Output0 = AddBetween(Output0, near, far, 0, step, place),
        Output1 = AddBetween(Output1, near, far, 4 * step, step, place),
        Output2 = AddBetween(Output2, near, far, 8 * step, step, place),
        Output3 = AddBetween(Output3, near, far, 12 * step, step, place),
    };

    private static FourPixels Add(FourPixels sums, FourPixels pixels, float weight) => new()
    {
        A = Fma.Of(weight, pixels.A, sums.A),
        B = Fma.Of(weight, pixels.B, sums.B),
        C = Fma.Of(weight, pixels.C, sums.C),
        D = Fma.Of(weight, pixels.D, sums.D),
    };

    private static void Put(FourPixels rows, ArrayView<float> to, int at, int step)
    {
        to[at] = rows.A;
        to[at + step] = rows.B;
        to[at + (2 * step)] = rows.C;
        to[at + (3 * step)] = rows.D;
    }

    private static FourPixels AddBetween(
        FourPixels sums, ArrayView<float> near, ArrayView<float> far, int at, int step, DoubledPlace place) => new()
        {
            A = Between(sums.A, near[at], far[at], place),
            B = Between(sums.B, near[at + step], far[at + step], place),
            C = Between(sums.C, near[at + (2 * step)], far[at + (2 * step)], place),
            D = Between(sums.D, near[at + (3 * step)], far[at + (3 * step)], place),
        };

    private static float Between(float sum, float near, float far, DoubledPlace place) =>
        Fma.Of(place.Far, far, Fma.Of(place.Near, near, sum));
}
