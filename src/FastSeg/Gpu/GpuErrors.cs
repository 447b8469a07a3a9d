using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace FastSeg.Gpu;

/// <summary>Makes one sentence, which says what would help, of what a driver reports.</summary>
internal static class GpuErrors
{
    private const string Backend = "the backend", DeviceMemory = "limit of device memory";

    /// <summary>Whether an exception comes from a device, its driver or ILGPU's compiler.</summary>
    public static bool IsDevices(Exception e) =>
        e is AcceleratorException or CapabilityNotSupportedException or NotSupportedException or InternalCompilerException
            or DllNotFoundException or EntryPointNotFoundException or PlatformNotSupportedException;

    /// <summary>The failure with its sentence.</summary>
    /// <param name="e">What was thrown.</param>
    /// <param name="doing">What was being done, as in "computing".</param>
    public static FastSegException Sentence(Exception e, string doing)
    {
        string code = e switch
        {
            CudaException cuda => cuda.Error,
            CLException opencl => opencl.Error.ToString(),
            _ => "",
        };
        string message = e.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
        (string advice, Setting? setting, string words) = code switch
        {
            "CUDA_ERROR_OUT_OF_MEMORY" or "CL_MEM_OBJECT_ALLOCATION_FAILURE" or "CL_OUT_OF_RESOURCES" => (
                $"the device's memory is full; close other programs that use it, or set a smaller {DeviceMemory}",
                Setting.DeviceMemory, DeviceMemory),
            "CUDA_ERROR_NO_DEVICE" => ("no NVIDIA GPU is visible; look at CUDA_VISIBLE_DEVICES", null, ""),
            "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH" or "CUDA_ERROR_INSUFFICIENT_DRIVER" or "CUDA_ERROR_UNSUPPORTED_PTX_VERSION" =>
                OrCpu("the driver is too old for the kernels; install a newer one, or"),
            "CUDA_ERROR_DEVICES_UNAVAILABLE" or "CUDA_ERROR_DEVICE_UNAVAILABLE" =>
                OrCpu("another process holds the device; wait for it, or"),
            "CUDA_ERROR_LAUNCH_FAILED" or "CUDA_ERROR_ILLEGAL_ADDRESS" or "CUDA_ERROR_ECC_UNCORRECTABLE" or "CUDA_ERROR_DEVICE_LOST"
                or "CUDA_ERROR_UNKNOWN" => OrCpu("the device was lost; run again, or"),
            _ => OrCpu(e is NotSupportedException ? "a newer driver or device is needed;" : ""),
        };
        string named = code.Length > 0 ? $" ({code})" : "";
        string sentence = $"The device failed while {doing}: {message}{named}; {advice}.";
        return setting is { } known ? new FastSegException(sentence, known, words, e) : new FastSegException(sentence, e);
    }

    private static (string Advice, Setting? Setting, string Words) OrCpu(string advice) =>
        ($"{advice} use {Backend} cpu".TrimStart(), Setting.Backend, Backend);
}
