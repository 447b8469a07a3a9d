using System.Globalization;
using FastSeg.Features;
using FastSeg.Images.Samples;
using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>
/// Which features are computed, and with what parameters; a model keeps this as data. <see cref="Names"/> lists one channel's features
/// in order; an image of several channels has them as many times, channel after channel.
/// </summary>
public sealed record FeatureSpec
{
    /// <summary>Families that are made from the Gaussian blurs.</summary>
    internal const Families Blurred = Families.Gaussian | Families.Sobel | Families.Hessian | Families.Dog | Families.Laplacian;

    /// <summary>Families that are statistics over disks.</summary>
    internal const Families OverDisks = Families.Mean | Families.Min | Families.Max | Families.Median;

    private const int MaxSigmas = 64;
    private const int MaxRadius = 4096;
    private const int MaxDisk = 64;
    private const int MaxPatch = 63;
    private const int MaxAngles = 90;

    // Below 1 the neighbours' weights fall so steeply that a pixel which is left out leaves nothing comparable to shift by.
    private const double MinStandardiseSigma = 1, MaxStandardiseSigma = 256;

    /// <summary>Sigmas as the paper and Weka number them, ascending. Scale 0, the image itself, is always there and not listed.</summary>
    public IReadOnlyList<double> Sigmas { get; init => field = NotNull(value); } = [1, 2, 4, 8, 16];

    /// <summary>A Gaussian's standard deviation in pixels is SigmaScale * sigma.</summary>
    public double SigmaScale { get; init; } = 1;

    /// <summary>Families that are on.</summary>
    public Families Families { get; init; } = Families.Default;

    /// <summary>Geometry of the membrane lines.</summary>
    public MembraneGeometry Membrane { get; init => field = NotNull(value); } = new();

    /// <summary>How samples are brought to one mean and deviation before the filters see them.</summary>
    public Standardisation Standardise { get; init; } = Standardisation.Image;

    /// <summary>
    /// Standard deviation, in pixels, of the Gaussian under which <see cref="Standardisation.Local"/> takes mean and deviation.
    /// </summary>
    public double StandardiseSigma { get; init; } = 64;

    /// <summary>
    /// What stands for samples of float images that are NaN or infinite, before anything else is done with them; null where such a sample
    /// is refused, unless a mask leaves it out.
    /// </summary>
    public float? NanAs { get; init; }

    /// <summary>Whether the bar of text below a micrograph is left out.</summary>
    public DataBar DataBar { get; init; }

    /// <summary>The default: the paper's sigmas, taken as standard deviations.</summary>
    public static FeatureSpec Paper { get; } = new();

    /// <summary>The same sigmas as Weka takes them: the standard deviation is 0.4 sigma.</summary>
    public static FeatureSpec Weka { get; } = new() { SigmaScale = 0.4 };

    /// <summary>Names of one channel's features, in the order of their planes.</summary>
    /// <exception cref="FastSegException">There are more sigmas than are possible: the names would be their square.</exception>
    public IReadOnlyList<string> Names
    {
        get
        {
            CheckNumber();
            var names = new List<string>();
            foreach (double sigma in Sigmas.Prepend(0))
            {
                AddIf(names, Families.Gaussian, $"gaussian_{Tag(sigma)}");
                AddIf(names, Families.Sobel, $"sobel_{Tag(sigma)}");
                foreach (string part in (string[])["eig1", "eig2", "mod", "trace", "det"])
                {
                    AddIf(names, Families.Hessian, $"hessian_{part}_{Tag(sigma)}");
                }
            }
            for (int i = 0; i < Sigmas.Count; i++)
            {
                for (int j = 0; j < i; j++)
                {
                    AddIf(names, Families.Dog, $"dog_{Tag(Sigmas[j])}_{Tag(Sigmas[i])}");
                }
            }
            foreach (string part in (string[])["sum", "mean", "std", "median", "max", "min"])
            {
                AddIf(names, Families.Membrane, $"membrane_{part}");
            }
            foreach (double sigma in Sigmas.Prepend(0))
            {
                AddIf(names, Families.Laplacian, $"laplacian_{Tag(sigma)}");
            }
            foreach (double sigma in Sigmas)
            {
                AddIf(names, Families.Structure, $"structure_eig1_{Tag(sigma)}");
                AddIf(names, Families.Structure, $"structure_eig2_{Tag(sigma)}");
            }
            foreach (Families family in (Families[])[Families.Mean, Families.Min, Families.Max, Families.Median])
            {
                foreach (double sigma in Sigmas)
                {
                    AddIf(names, family, $"{family.ToString().ToLowerInvariant()}_{Tag(sigma)}");
                }
            }
            return names;
        }
    }

    /// <summary>How far, in pixels, any feature of a pixel looks around it, in every direction.</summary>
    public int Halo => FilterHalo + (Standardise == Standardisation.Local ? Gaussian.Radius(StandardiseSigma) : 0);

    /// <summary>How far the filters look around a pixel in the samples that they see, which may be standardised already.</summary>
    internal int FilterHalo
    {
        get
        {
            const Families Derived = Families.Sobel | Families.Hessian | Families.Laplacian;
            double largest = Sigmas.Count == 0 ? 0 : Sigmas[^1];
            int halo = 0;
            if (Has(Families.Gaussian | Families.Dog | Derived))
            {
                halo = Radius(largest) + (Has(Families.Hessian | Families.Laplacian) ? 2 : Has(Families.Sobel) ? 1 : 0);
            }
            if (Has(Families.Structure))
            {
                halo = Math.Max(halo, (2 * Radius(largest)) + 1);
            }
            if (Has(Families.Membrane))
            {
                halo = Math.Max(halo, Membrane.Patch / 2);
            }
            return Has(OverDisks) ? Math.Max(halo, (int)largest) : halo;
        }
    }

    /// <summary>
    /// Largest magnitude M of samples for which no feature overflows float32, that is 3.4e38. Second derivatives are computed times 64
    /// and so reach 64 M; the Hessian's eigenvalues take the root of up to (128 M)² + (128 M)² = 32,768 M². The membrane's std sums at
    /// most 4 M² for each of 90 lines. The structure tensor's own elements reach M², so its eigenvalues take the root of up to 8 M⁴.
    /// </summary>
    internal float LargestSample => Has(Families.Structure) ? 1e9f : 1e17f;

    /// <summary>
    /// Names of every plane of an image: <see cref="Names"/>, or with the channel in front where there are several: "red_sobel_4",
    /// "DAPI_sobel_4" where the channels have names, and else "c0_sobel_4".
    /// </summary>
    /// <param name="channels">1 to 16; 3 without names are red, green and blue.</param>
    /// <param name="channelNames">A name for each channel; null or empty where they have none.</param>
    public IReadOnlyList<string> PlaneNames(int channels, IReadOnlyList<string>? channelNames = null) =>
        new ChannelSet(channels, channels == 3, channelNames ?? []).PlaneNames(Names);

    /// <summary>Radius of the Gaussian's taps for a sigma: floor(4 s + 0.5) with s = SigmaScale * sigma.</summary>
    internal int Radius(double sigma) => (int)Math.Floor((4 * SigmaScale * sigma) + 0.5);

    /// <summary>The name of a sigma inside a feature's name: "1", "0.5".</summary>
    internal static string Tag(double sigma) => sigma.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Refuses a specification that cannot be computed; the exception's sentence says what would be right.</summary>
    /// <exception cref="FastSegException">A sigma, the scale, the families or the membrane's geometry is out of range.</exception>
    public void Check() => Check(0);

    /// <summary>Checks a specification beside deep features: where there are such other planes, no family needs to be on.</summary>
    internal void Check(int otherPlanes)
    {
        CheckNumber();
        // Negated comparisons, so that NaN is refused too.
        Refuse(!(double.IsFinite(SigmaScale) && SigmaScale > 0), $"The sigma scale is {Tag(SigmaScale)}; it must be a number above 0.");
        double previous = 0;
        foreach (double sigma in Sigmas)
        {
            Refuse(
                !(double.IsFinite(sigma) && sigma > 0),
                $"Sigma {Tag(sigma)} is not possible; every sigma must be a number above 0.");
            Refuse(sigma <= previous, $"Sigma {Tag(sigma)} comes after {Tag(previous)}; sigmas must ascend.");
            previous = sigma;
            Refuse(
                (4 * SigmaScale * sigma) + 0.5 >= MaxRadius + 1,
                $"Sigma {Tag(sigma)} at scale {Tag(SigmaScale)} needs more than {MaxRadius} taps on a side; give a smaller sigma.");
            Refuse(
                sigma > MaxDisk && Has(OverDisks),
                $"Sigma {Tag(sigma)} is too large for the mean, min, max and median over a disk; " +
                $"their radius is at most {MaxDisk} pixels.");
        }
        Refuse(
            !(StandardiseSigma is >= MinStandardiseSigma and <= MaxStandardiseSigma),
            $"The sigma of the local standardisation is {Tag(StandardiseSigma)}; "
            + $"it must be from {Tag(MinStandardiseSigma)} to {Tag(MaxStandardiseSigma)} pixels.");
        Refuse(
            NanAs is { } number && !(Math.Abs(number) <= LargestSample),
            $"{NanAs} is to stand for samples that are not finite; it must be a number from -{LargestSample} to {LargestSample}.");
        Refuse((Families & ~FamilyNames.Every) != 0, $"Families {(int)Families} has unknown families in it.");
        Refuse(
            Names.Count + otherPlanes == 0,
            "No feature is left; switch at least one family on (and give a sigma, if the family needs one).");
        Refuse(
            Membrane.Patch is < 1 or > MaxPatch || Membrane.Patch % 2 == 0,
            $"The membrane patch is {Membrane.Patch} pixels; it must be odd and between 1 and {MaxPatch}.");
        Refuse(Membrane.Angles is < 1 or > MaxAngles, $"The membrane has {Membrane.Angles} angles; it can have 1 to {MaxAngles}.");
        Refuse(
            !(Membrane.Thickness > 0 && Membrane.Thickness <= Membrane.Patch),
            $"The membrane's thickness is {Tag(Membrane.Thickness)}; it must be above 0 and at most the patch, {Membrane.Patch}.");
    }

    /// <summary>Whether any of these families is on.</summary>
    internal bool Has(Families family) => (Families & family) != 0;

    private void CheckNumber() =>
        Refuse(Sigmas.Count > MaxSigmas, $"{Sigmas.Count} sigmas were given; at most {MaxSigmas} are possible.");

    private static void Refuse(bool wrong, string sentence)
    {
        if (wrong)
        {
            throw new FastSegException(sentence);
        }
    }

    private void AddIf(List<string> names, Families family, string name)
    {
        if (Has(family))
        {
            names.Add(name);
        }
    }
}
