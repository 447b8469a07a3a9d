using ILGPU;

namespace FastSeg.Kernels;

/// <summary>A lane's sums: four pixels of two rows, for four outputs. Fields, because an array would lie in local memory.</summary>
internal struct ConvolutionSums
{
    /// <summary>The upper row's, an output each.</summary>
    public FourPixels Upper0, Upper1, Upper2, Upper3;

    /// <summary>The lower row's.</summary>
    public FourPixels Lower0, Lower1, Lower2, Lower3;

    /// <summary>Sums that begin at the outputs' biases.</summary>
    public static ConvolutionSums From(float a, float b, float c, float d) => new()
    {
        Upper0 = FourPixels.From(a),
        Upper1 = FourPixels.From(b),
        Upper2 = FourPixels.From(c),
        Upper3 = FourPixels.From(d),
        Lower0 = FourPixels.From(a),
        Lower1 = FourPixels.From(b),
        Lower2 = FourPixels.From(c),
        Lower3 = FourPixels.From(d),
    };
}

/// <summary>Six neighbouring pixels of a row: what four results of a 3-tap window read.</summary>
internal struct PixelRow
{
    /// <summary>The pixels.</summary>
    public float A, B, C, D, E, F;

    /// <summary>Six floats; <paramref name="at"/> is a constant, which folds into the reads.</summary>
    public static PixelRow Read(ArrayView<float> tile, int at) => new()
    {
        A = tile[at],
        B = tile[at + 1],
        C = tile[at + 2],
        D = tile[at + 3],
        E = tile[at + 4],
        F = tile[at + 5],
    };
}

/// <summary>The weights of a window's row.</summary>
internal struct TapRow
{
    /// <summary>Left, middle and right one.</summary>
    public float A, B, C;
}

/// <summary>The weights of one output and input channel.</summary>
internal struct TapWindow
{
    /// <summary>The window's rows.</summary>
    public TapRow Row0, Row1, Row2;

    /// <summary>Nine weights, <paramref name="step"/> floats apart; both are constants, which fold into the reads.</summary>
    public static TapWindow Read(ArrayView<float> taps, int at, int step) => new()
    {
        Row0 = new TapRow { A = taps[at], B = taps[at + step], C = taps[at + (2 * step)] },
        Row1 = new TapRow { A = taps[at + (3 * step)], B = taps[at + (4 * step)], C = taps[at + (5 * step)] },
        Row2 = new TapRow { A = taps[at + (6 * step)], B = taps[at + (7 * step)], C = taps[at + (8 * step)] },
    };
}

/// <summary>Sums of four neighbouring pixels of a row.</summary>
internal struct FourPixels
{
    /// <summary>The sums.</summary>
    public float A, B, C, D;

    /// <summary>The same sum four times.</summary>
    public static FourPixels From(float value) => new() { A = value, B = value, C = value, D = value };

    /// <summary>Adds a row of the window: three taps for each pixel. The four pixels' chains are independent, so they overlap.</summary>
    public readonly FourPixels Add(PixelRow x, TapRow w)
    {
        float a = Fma.Of(w.A, x.A, A), b = Fma.Of(w.A, x.B, B), c = Fma.Of(w.A, x.C, C), d = Fma.Of(w.A, x.D, D);
        a = Fma.Of(w.B, x.B, a);
        b = Fma.Of(w.B, x.C, b);
        c = Fma.Of(w.B, x.D, c);
        d = Fma.Of(w.B, x.E, d);
        a = Fma.Of(w.C, x.C, a);
        b = Fma.Of(w.C, x.D, b);
        c = Fma.Of(w.C, x.E, c);
        d = Fma.Of(w.C, x.F, d);
        return new FourPixels { A = a, B = b, C = c, D = d };
    }
}
