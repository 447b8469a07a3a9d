using System.Runtime.InteropServices;
using FastSeg.Interop.Calls;

namespace FastSeg.Interop.Structs;

/// <summary>fs_feature_spec.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeFeatureSpec
{
    /// <summary>Its name in sentences.</summary>
    public const string Name = "fs_feature_spec";

    private const int MostSigmas = 64;

    public nuint Size;
    public uint Families;
    public int SigmaCount;
    public fixed double Sigmas[MostSigmas];
    public double SigmaScale;
    public int MembranePatch;
    public int MembraneAngles;
    public double MembraneThickness;
    public int Standardise;
    public int Reserved;
    public double StandardiseSigma;

    /// <summary>A specification as C sees it.</summary>
    public static NativeFeatureSpec Of(FeatureSpec spec)
    {
        var native = new NativeFeatureSpec
        {
            Families = (uint)spec.Families,
            SigmaCount = spec.Sigmas.Count,
            SigmaScale = spec.SigmaScale,
            MembranePatch = spec.Membrane.Patch,
            MembraneAngles = spec.Membrane.Angles,
            MembraneThickness = spec.Membrane.Thickness,
            Standardise = (int)spec.Standardise,
            StandardiseSigma = spec.StandardiseSigma,
        };
        for (int i = 0; i < spec.Sigmas.Count; i++)
        {
            native.Sigmas[i] = spec.Sigmas[i];
        }
        return native;
    }

    /// <summary>The caller's specification; NULL for the default.</summary>
    public static FeatureSpec ReadOrDefault(NativeFeatureSpec* from) => from is null ? FeatureSpec.Paper : Sized.Read(from, Name).ToSpec();

    /// <summary>The specification; the library checks its values where they are used.</summary>
    private FeatureSpec ToSpec()
    {
        if (SigmaCount is < 0 or > MostSigmas)
        {
            throw CallException.Argument($"The specification has {SigmaCount} sigmas; it must have 0 to {MostSigmas}.");
        }
        double[] sigmas = new double[SigmaCount];
        for (int i = 0; i < sigmas.Length; i++)
        {
            sigmas[i] = Sigmas[i];
        }
        return new FeatureSpec
        {
            Families = (Families)Families,
            Sigmas = sigmas,
            SigmaScale = SigmaScale,
            Membrane = new MembraneGeometry(MembranePatch, MembraneAngles, MembraneThickness),
            Standardise = Arguments.Word<Standardisation>(Standardise, "standardise"),
            StandardiseSigma = StandardiseSigma,
        };
    }
}
