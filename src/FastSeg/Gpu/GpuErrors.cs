using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace FastSeg.Gpu;

/// <summary>What a driver reports, as one sentence that says what would help.</summary>
internal static class GpuErrors
{
    /// <summary>Whether an exception comes from a device, its driver or ILGPU's compiler.</summary>
    public static bool IsDevices(Exception e) => e is AcceleratorException or CapabilityNotSupportedException or NotSupportedException or InternalCompilerException
        or DllNotFoundException or EntryPointNotFoundException or PlatformNotSupportedException;

    /// <summary>The sentence.</summary>
    /// <param name="e">What happened.</param>
    /// <param name="doing">While doing what.</param>
    public static FastSegException Sentence(Exception e, string doing)
    {
        string code = e switch { CudaException cuda => cuda.Error, CLException opencl => opencl.Error.ToString(), _ => "" };
        string message = e.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
        string advice = code switch
        {
            "CUDA_ERROR_OUT_OF_MEMORY" or "CL_MEM_OBJECT_ALLOCATION_FAILURE" or "CL_OUT_OF_RESOURCES" =>
                "the device's memory is full; close other programs that use it, or give a smaller --device-memory",
            "CUDA_ERROR_NO_DEVICE" => "no NVIDIA GPU is visible; look at CUDA_VISIBLE_DEVICES",
            "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH" or "CUDA_ERROR_INSUFFICIENT_DRIVER" or "CUDA_ERROR_UNSUPPORTED_PTX_VERSION" =>
                "the driver is too old for the kernels; install a newer one, or use --backend cpu",
            "CUDA_ERROR_DEVICES_UNAVAILABLE" or "CUDA_ERROR_DEVICE_UNAVAILABLE" => "another process holds the device; wait for it, or use --backend cpu",
            "CUDA_ERROR_LAUNCH_FAILED" or "CUDA_ERROR_ILLEGAL_ADDRESS" or "CUDA_ERROR_ECC_UNCORRECTABLE" or "CUDA_ERROR_DEVICE_LOST" or "CUDA_ERROR_UNKNOWN" =>
                "the device was lost; run again, or use --backend cpu",
            _ => e is NotSupportedException ? "a newer driver or device is needed; use --backend cpu" : "use --backend cpu",
        };
        return new FastSegException($"The device failed while {doing}: {message}{(code.Length > 0 ? $" ({code})" : "")}; {advice}.", e);
    }
}
