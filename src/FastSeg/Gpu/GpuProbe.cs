using FastSeg.Gpu;
using ILGPU;
using ILGPU.Backends.OpenCL;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace FastSeg;

/// <summary>Looks for accelerators without opening one.</summary>
public static class GpuProbe
{
    /// <summary>Every accelerator found, usable or not; and for each kind of which there is none, an entry that says why.</summary>
    public static IReadOnlyList<GpuFound> Run()
    {
        GpuLibraries.Resolve();
        var found = new List<GpuFound>();
        found.AddRange(CudaDevice.GetDevices(_ => true).OfType<CudaDevice>().Select(Cuda));
        if (found.Count == 0)
        {
            found.Add(new GpuFound(BackendKind.Cuda, "no NVIDIA GPU", 0, "", WhyNone(BackendKind.Cuda)));
        }
        GpuFound[] opencl = [.. CLDevice.GetDevices(_ => true).OfType<CLDevice>().Select(OpenCl)];
        found.AddRange(opencl.Length > 0
            ? opencl
            : [new GpuFound(BackendKind.OpenCl, "no OpenCL device", 0, "", WhyNone(BackendKind.OpenCl))]);
        found.Add(new GpuFound(BackendKind.Simulated, "simulated on the CPU", 0, "warps of 32, groups of 128; for tests", ""));
        return found;
    }

    /// <summary>Ordinal of the first CUDA device that can be used; null where there is none.</summary>
    public static int? CudaOrdinal
    {
        get
        {
            GpuLibraries.Resolve();
            CudaDevice? first = CudaDevice.GetDevices(_ => true).OfType<CudaDevice>().FirstOrDefault();
            return first is not null && Cuda(first).PassedOver.Length == 0 ? first.DeviceId : null;
        }
    }

    /// <summary>Why there is no device of a kind, as a sentence that begins small.</summary>
    internal static string WhyNone(BackendKind kind) => kind switch
    {
        BackendKind.Cuda when !GpuLibraries.Exists(GpuLibraries.Cuda) =>
            $"NVIDIA's driver is not installed ({GpuLibraries.Cuda} was not found).",
        BackendKind.Cuda => "the driver sees no GPU; look at nvidia-smi and CUDA_VISIBLE_DEVICES.",
        BackendKind.OpenCl when !GpuLibraries.Exists(GpuLibraries.OpenCl) =>
            $"OpenCL is not installed ({GpuLibraries.OpenCl} was not found).",
        BackendKind.OpenCl => OpenClReasons(),
        _ => "it is unknown.",
    };

    /// <summary>Why none of OpenCL's devices can be used.</summary>
    private static string OpenClReasons()
    {
        string[] reasons = [.. CLDevice.GetDevices(_ => true).OfType<CLDevice>()
            .Select(OpenCl)
            .Select(device => $"{device.Name} was passed over: {device.PassedOver}")];
        return reasons.Length > 0 ? string.Join(" ", reasons) : "no platform has a device.";
    }

    private static GpuFound Cuda(CudaDevice device)
    {
        string capability = device.Architecture is { } known ? $"{known.Major}.{known.Minor}" : "unknown";
        string driver = $"CUDA {device.DriverVersion.Major}.{device.DriverVersion.Minor}";
        string passedOver = device.Architecture is null || device.InstructionSet is null
            ? $"the driver ({driver}) is too old for it; install a newer one."
            : "";
        return new GpuFound(
            BackendKind.Cuda, device.Name, device.MemorySize,
            $"compute capability {capability}, {device.NumMultiprocessors} multiprocessors, driver for {driver}", passedOver);
    }

    private static GpuFound OpenCl(CLDevice device)
    {
        string passedOver = device.CLStdVersion < CLBackend.MinimumVersion
            ? $"it compiles OpenCL C {device.CLStdVersion}; {CLBackend.MinimumVersion} or later is needed."
            : device.Capabilities.GenericAddressSpace ? "" : "it has no generic address space, which the kernels' code needs.";
        string details = $"{device.PlatformName}, OpenCL C {device.CLStdVersion}";
        return new GpuFound(BackendKind.OpenCl, device.Name, device.MemorySize, details, passedOver);
    }
}
