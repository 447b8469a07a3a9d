using System.Runtime.InteropServices;

namespace FastSeg.Native;

/// <summary>
/// The calls of NVIDIA's driver that ILGPU does not expose, one to one. Each returns 0 or an error, which <see cref="ThrowIfFailed"/> turns
/// into an exception. They are made only for devices that ILGPU has opened, so that the driver is there and initialised.
/// </summary>
internal static unsafe partial class CudaDriver
{
    /// <summary>CUDA_ERROR_NOT_READY: the stream has work left.</summary>
    public const int NotReady = 600;

    private const string Library = "libcuda.so.1";

    /// <summary>
    /// Returns 0 where a stream's work is done, <see cref="NotReady"/> where it is not, or the error of a device that has failed.
    /// </summary>
    [LibraryImport(Library, EntryPoint = "cuStreamQuery")]
    public static partial int StreamQuery(nint stream);

    /// <summary>The device of an ordinal; CUDA's runtime counts devices in the same way.</summary>
    [LibraryImport(Library, EntryPoint = "cuDeviceGet")]
    public static partial int DeviceGet(out int device, int ordinal);

    /// <summary>Opens or shares a device's primary context, which CUDA's runtime, and with it XGBoost, uses.</summary>
    [LibraryImport(Library, EntryPoint = "cuDevicePrimaryCtxRetain")]
    public static partial int PrimaryContextRetain(out nint context, int device);

    [LibraryImport(Library, EntryPoint = "cuDevicePrimaryCtxRelease_v2")]
    public static partial int PrimaryContextRelease(int device);

    /// <summary>Makes a context the calling thread's until it is popped.</summary>
    [LibraryImport(Library, EntryPoint = "cuCtxPushCurrent_v2")]
    public static partial int ContextPush(nint context);

    [LibraryImport(Library, EntryPoint = "cuCtxPopCurrent_v2")]
    public static partial int ContextPop(out nint context);

    /// <summary>The calling thread's context; 0 for none.</summary>
    [LibraryImport(Library, EntryPoint = "cuCtxGetCurrent")]
    public static partial int ContextCurrent(out nint context);

    [LibraryImport(Library, EntryPoint = "cuMemAlloc_v2")]
    public static partial int MemoryAllocate(out nint address, nuint bytes);

    [LibraryImport(Library, EntryPoint = "cuMemFree_v2")]
    public static partial int MemoryFree(nint address);

    /// <summary>Copies between two contexts, in the order of a stream of the calling thread's context.</summary>
    [LibraryImport(Library, EntryPoint = "cuMemcpyPeerAsync")]
    public static partial int CopyPeer(nint to, nint toContext, nint from, nint fromContext, nuint bytes, nint stream);

    [LibraryImport(Library, EntryPoint = "cuStreamSynchronize")]
    public static partial int StreamSynchronize(nint stream);

    [LibraryImport(Library, EntryPoint = "cuGetErrorName")]
    private static partial int ErrorName(int error, out byte* name);

    /// <summary>Throws for every error but 0.</summary>
    /// <param name="error">What the call returned.</param>
    /// <param name="doing">What the call was for.</param>
    /// <exception cref="FastSegException">The call failed.</exception>
    public static void ThrowIfFailed(int error, string doing)
    {
        if (error != 0)
        {
            string name = ErrorName(error, out byte* text) == 0 ? Marshal.PtrToStringUTF8((nint)text) ?? "" : $"error {error}";
            throw new FastSegException($"NVIDIA's driver failed while {doing} ({name}).");
        }
    }
}
