using System.Runtime.InteropServices;

namespace FastSeg.Perf.Trees;

/// <summary>The functions of LightGBM's C interface that predict.</summary>
internal static unsafe partial class LightGbm
{
    /// <summary>Values of C_API_DTYPE_FLOAT32 and C_API_PREDICT_RAW_SCORE.</summary>
    public const int Float32 = 0, RawScore = 1;

    private const string Library = "lib_lightgbm";

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterLoadModelFromString", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Load(string model, out int iterations, out LightGbmHandle booster);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterPredictForMat", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Predict(
        LightGbmHandle booster, void* data, int type, int rows, int columns, int rowMajor, int predict, int first, int iterations,
        string parameters, out long length, double* result);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterFree")]
    public static partial int Free(nint booster);

    /// <summary>Throws what the library says of the last failure.</summary>
    public static void ThrowIfFailed(int code, string doing)
    {
        if (code != 0)
        {
            throw new FastSegException($"LightGBM failed {doing}: {Marshal.PtrToStringUTF8(LastError())}");
        }
    }

    [LibraryImport(Library, EntryPoint = "LGBM_GetLastError")]
    private static partial nint LastError();
}

/// <summary>A booster of LightGBM.</summary>
internal sealed class LightGbmHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => LightGbm.Free(handle) == 0;
}
