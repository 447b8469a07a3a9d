using FastSeg.Interop.Calls;

namespace FastSeg.Interop.Structs;

/// <summary>FS_SMOOTHING_DEFAULT and its like.</summary>
internal enum SmoothingWord
{
    Default = 0,
    None = 1,
    Guided = 2,
    Safe = 3,
    Auto = 4,
}

/// <summary>Smoothings as C names them.</summary>
internal static class SmoothingWords
{
    /// <summary>The word of a mode.</summary>
    public static SmoothingWord Of(SmoothingMode mode) => mode switch
    {
        SmoothingMode.None => SmoothingWord.None,
        SmoothingMode.Guided => SmoothingWord.Guided,
        _ => SmoothingWord.Safe,
    };

    /// <summary>The smoothing of three fields; null for the default.</summary>
    /// <exception cref="CallException">The word is unknown.</exception>
    public static Smoothing? Read(int word, int radius, double epsilon) => Arguments.Word<SmoothingWord>(word, "smoothing") switch
    {
        SmoothingWord.None => Smoothing.None,
        SmoothingWord.Safe => Smoothing.Safe,
        SmoothingWord.Guided => Smoothing.Guided(
            radius == 0 ? new Smoothing().Radius : radius, epsilon == 0 ? new Smoothing().Epsilon : epsilon),
        _ => null,
    };
}
