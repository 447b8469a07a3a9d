using System.Runtime.InteropServices;

namespace FastSeg.Native;

/// <summary>The call of NVIDIA's driver that ILGPU does not expose. Only for devices that ILGPU opened.</summary>
internal static partial class CudaDriver
{
    /// <summary>CUDA_ERROR_NOT_READY: the stream still works.</summary>
    public const int NotReady = 600;

    /// <summary>Whether everything in a stream is done; any other failure of the device shows here too.</summary>
    [LibraryImport("libcuda.so.1", EntryPoint = "cuStreamQuery")]
    public static partial int StreamQuery(nint stream);
}
