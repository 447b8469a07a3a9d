namespace FastSeg.Interop.Functions;

/// <summary>On which device a backbone computes.</summary>
internal static class Devices
{
    /// <summary>The first CUDA device where the backend may use it; otherwise null, for the processor.</summary>
    public static int? CudaOrdinal(BackendKind backend) => backend is BackendKind.Auto or BackendKind.Cuda ? GpuProbe.CudaOrdinal : null;
}
