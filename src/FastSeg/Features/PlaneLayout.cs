namespace FastSeg.Features;

/// <summary>
/// Numbers of the planes within one channel: the first plane of every family, in the order of <see cref="FeatureSpec.Names"/>.
/// </summary>
internal sealed class PlaneLayout
{
    /// <summary>Stands for the plane of a family that is off.</summary>
    public const int Off = -1;

    private readonly FeatureSpec _spec;
    private readonly int _perScale;

    /// <summary>Counts the planes of a specification.</summary>
    public PlaneLayout(FeatureSpec spec)
    {
        _spec = spec;
        int scales = spec.Sigmas.Count + 1;
        _perScale = Size(Families.Gaussian, 1) + Size(Families.Sobel, 1) + Size(Families.Hessian, 5);
        int next = scales * _perScale;
        Dog = Take(Families.Dog, spec.Sigmas.Count * (spec.Sigmas.Count - 1) / 2, ref next);
        Membrane = Take(Families.Membrane, 6, ref next);
        Laplacian = Take(Families.Laplacian, scales, ref next);
        Structure = Take(Families.Structure, 2 * spec.Sigmas.Count, ref next);
        Mean = Take(Families.Mean, spec.Sigmas.Count, ref next);
        Min = Take(Families.Min, spec.Sigmas.Count, ref next);
        Max = Take(Families.Max, spec.Sigmas.Count, ref next);
        Median = Take(Families.Median, spec.Sigmas.Count, ref next);
        Count = next;
    }

    /// <summary>Planes of one channel.</summary>
    public int Count { get; }

    /// <summary>First difference of Gaussians.</summary>
    public int Dog { get; }

    /// <summary>Membrane sum.</summary>
    public int Membrane { get; }

    /// <summary>Laplacian at scale 0.</summary>
    public int Laplacian { get; }

    /// <summary>Larger structure eigenvalue of the first sigma.</summary>
    public int Structure { get; }

    /// <summary>Mean over the first disk.</summary>
    public int Mean { get; }

    /// <summary>Minimum over the first disk.</summary>
    public int Min { get; }

    /// <summary>Maximum over the first disk.</summary>
    public int Max { get; }

    /// <summary>Median over the first disk.</summary>
    public int Median { get; }

    /// <summary>Blur of a scale (0 is the image).</summary>
    public int Gaussian(int scale) => _spec.Has(Families.Gaussian) ? scale * _perScale : Off;

    /// <summary>Gradient magnitude of a scale.</summary>
    public int Sobel(int scale) => _spec.Has(Families.Sobel) ? (scale * _perScale) + Size(Families.Gaussian, 1) : Off;

    /// <summary>First of a scale's five Hessian planes.</summary>
    public int Hessian(int scale) => _spec.Has(Families.Hessian)
        ? (scale * _perScale) + Size(Families.Gaussian, 1) + Size(Families.Sobel, 1)
        : Off;

    private int Size(Families family, int planes) => _spec.Has(family) ? planes : 0;

    /// <summary>Numbers the planes of a family from <paramref name="next"/> on; returns the first one, or <see cref="Off"/>.</summary>
    private int Take(Families family, int planes, ref int next)
    {
        int first = _spec.Has(family) ? next : Off;
        next += Size(family, planes);
        return first;
    }
}
