namespace FastSeg.Images.Zarr;

/// <summary>Units of length as OME-Zarr names them ("micrometer") and as images carry them, which is as ImageJ does ("micron").</summary>
internal static class LengthUnits
{
    private static readonly (string Ours, string Theirs, double Metres)[] All =
    [
        ("Å", "angstrom", 1e-10), ("pm", "picometer", 1e-12), ("nm", "nanometer", 1e-9), ("micron", "micrometer", 1e-6),
        ("mm", "millimeter", 1e-3), ("cm", "centimeter", 1e-2), ("m", "meter", 1), ("inch", "inch", 0.0254),
    ];

    /// <summary>What stands where no unit is known.</summary>
    public const string None = "pixel";

    /// <summary>The name that images carry.</summary>
    /// <param name="theirs">OME-Zarr's name, or the short one that some writers give; null where there is none.</param>
    public static string Ours(string? theirs) => theirs switch
    {
        null => None,
        "µm" or "μm" or "um" => "micron",
        _ => Array.Find(All, unit => unit.Theirs == theirs).Ours ?? theirs,
    };

    /// <summary>OME-Zarr's name; null where it has none.</summary>
    public static string? Theirs(string ours) => Array.Find(All, unit => unit.Ours == ours).Theirs;

    /// <summary>Metres of a unit; 0 where it is none that is known.</summary>
    public static double Metres(string ours) => Array.Find(All, unit => unit.Ours == ours).Metres;
}
