using System.Runtime.InteropServices;

namespace FastSeg.Native;

/// <summary>The calls of NVIDIA's driver that ILGPU does not expose, one to one. Only for devices that ILGPU opened.</summary>
internal static partial class CudaDriver
{
    private const string Library = "libcuda.so.1";

    /// <summary>CUDA_SUCCESS.</summary>
    public const int Success = 0;

    /// <summary>CUDA_ERROR_NOT_READY: the stream still works.</summary>
    public const int NotReady = 600;

    /// <summary>Whether everything in a stream is done; any other failure of the device shows here too.</summary>
    [LibraryImport(Library, EntryPoint = "cuStreamQuery")]
    public static partial int StreamQuery(nint stream);

    /// <summary>The context that is current on this thread.</summary>
    [LibraryImport(Library, EntryPoint = "cuCtxGetCurrent")]
    public static partial int GetCurrentContext(out nint context);

    /// <summary>A device's primary context, the one that the runtime library of XGBoost and ONNX Runtime works in; released with <see cref="ReleasePrimaryContext"/>.</summary>
    [LibraryImport(Library, EntryPoint = "cuDevicePrimaryCtxRetain")]
    public static partial int RetainPrimaryContext(out nint context, int device);

    /// <summary>Gives a primary context back.</summary>
    [LibraryImport(Library, EntryPoint = "cuDevicePrimaryCtxRelease_v2")]
    public static partial int ReleasePrimaryContext(int device);

    /// <summary>Copies device memory of one context to another's, in order with a stream of the current one.</summary>
    [LibraryImport(Library, EntryPoint = "cuMemcpyPeerAsync")]
    public static partial int CopyPeer(nint to, nint toContext, nint from, nint fromContext, nuint bytes, nint stream);
}
