using System.Runtime.InteropServices;

namespace FastSeg.Native;

/// <summary>
/// The entry points of libxgboost's C API that are used, one to one. All of them exist in 1.7, 2.x and 3.x with the same signature. Every
/// call returns 0, or fails and leaves a text. Arrays travel as JSON in the form of numpy's "array interface".
/// </summary>
internal static unsafe partial class XgBoost
{
    private const string Library = XgBoostLibrary.Name;

    static XgBoost() => NativeLibrary.SetDllImportResolver(typeof(XgBoost).Assembly, XgBoostLibrary.Resolve);

    /// <summary>Version of the library in use, such as 1.7.4.</summary>
    public static Version Version
    {
        get
        {
            XGBoostVersion(out int major, out int minor, out int patch);
            return new Version(major, minor, patch);
        }
    }

    /// <summary>The array interface of contiguous values in the host's memory.</summary>
    /// <param name="data">The first value.</param>
    /// <param name="type">numpy's name of the type, such as "&lt;f4".</param>
    /// <param name="shape">Lengths of the axes.</param>
    public static string Array(void* data, string type, params ReadOnlySpan<long> shape)
    {
        string dimensions = string.Join(',', shape.ToArray());
        return $$"""{"data":[{{(nuint)data}},true],"shape":[{{dimensions}}],"strides":null,"typestr":"{{type}}","version":3}""";
    }

    /// <summary>
    /// The CUDA array interface of contiguous values in a device's memory. It names no stream, so whoever wrote the values must have waited
    /// until they were there.
    /// </summary>
    public static string CudaArray(nint data, string type, params ReadOnlySpan<long> shape) =>
        $$"""{{Array((void*)data, type, shape)[..^1]}},"stream":null}""";

    [LibraryImport(Library)]
    public static partial void XGBoostVersion(out int major, out int minor, out int patch);

    [LibraryImport(Library)]
    public static partial int XGBuildInfo(out byte* json);

    [LibraryImport(Library)]
    public static partial byte* XGBGetLastError();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGDMatrixCreateFromDense(string data, string config, out DMatrixHandle matrix);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGDMatrixSetInfoFromInterface(DMatrixHandle matrix, string field, string data);

    [LibraryImport(Library)]
    public static partial int XGProxyDMatrixCreate(out DMatrixHandle proxy);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGProxyDMatrixSetDataDense(DMatrixHandle proxy, string data);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGProxyDMatrixSetDataCudaArrayInterface(DMatrixHandle proxy, string data);

    /// <summary>
    /// Builds a matrix of quantised rows, from 1.7 on. Both callbacks get <paramref name="iterator"/>; <paramref name="next"/> puts the
    /// next rows into <paramref name="proxy"/> and returns 1, or returns 0 at the end.
    /// </summary>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGQuantileDMatrixCreateFromCallback(
        nint iterator, DMatrixHandle proxy, nint reference, delegate* unmanaged[Cdecl]<nint, void> reset,
        delegate* unmanaged[Cdecl]<nint, int> next, string config, out DMatrixHandle matrix);

    [LibraryImport(Library)]
    public static partial int XGBoosterCreate(nint* matrices, ulong count, out BoosterHandle booster);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGBoosterSetParam(BoosterHandle booster, string name, string value);

    [LibraryImport(Library)]
    public static partial int XGBoosterUpdateOneIter(BoosterHandle booster, int iteration, DMatrixHandle matrix);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGBoosterSaveModelToBuffer(BoosterHandle booster, string config, out ulong length, out byte* bytes);

    [LibraryImport(Library)]
    public static partial int XGBoosterLoadModelFromBuffer(BoosterHandle booster, byte* bytes, ulong length);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGBoosterPredictFromDense(
        BoosterHandle booster, string data, string config, nint proxy, out ulong* shape, out ulong dimensions, out float* result);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGBoosterPredictFromDMatrix(
        BoosterHandle booster, DMatrixHandle matrix, string config, out ulong* shape, out ulong dimensions, out float* result);
}
