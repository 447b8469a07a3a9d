using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace FastSeg.Gpu;

/// <summary>One accelerator of this machine.</summary>
/// <param name="Backend">Which --backend opens it.</param>
/// <param name="Name">Its name.</param>
/// <param name="MemoryBytes">Its memory; 0 where that is the process's own.</param>
/// <param name="Details">Architecture, driver and the like.</param>
/// <param name="PassedOver">Why it cannot be used; empty where it can.</param>
public sealed record GpuFound(BackendKind Backend, string Name, long MemoryBytes, string Details, string PassedOver)
{
    /// <summary>Whether there is such a device; otherwise the entry says why there is none.</summary>
    public bool Exists => Details.Length > 0;
}

/// <summary>Looks for accelerators without opening one.</summary>
public static class GpuProbe
{
    /// <summary>Every accelerator found, usable or not, and for each kind of which there is none a line that says why.</summary>
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
        found.AddRange(opencl.Length > 0 ? opencl : [new GpuFound(BackendKind.OpenCl, "no OpenCL device", 0, "", WhyNone(BackendKind.OpenCl))]);
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

    /// <summary>Why there is no device of a kind.</summary>
    internal static string WhyNone(BackendKind kind) => kind switch
    {
        BackendKind.Cuda when !GpuLibraries.Exists(GpuLibraries.Cuda) => $"NVIDIA's driver is not installed ({GpuLibraries.Cuda} was not found).",
        BackendKind.Cuda => "the driver sees no GPU; look at nvidia-smi and CUDA_VISIBLE_DEVICES.",
        BackendKind.OpenCl when !GpuLibraries.Exists(GpuLibraries.OpenCl) => $"OpenCL is not installed ({GpuLibraries.OpenCl} was not found).",
        BackendKind.OpenCl => OpenClReasons(),
        _ => "it is unknown.",
    };

    private static string OpenClReasons()
    {
        string[] reasons = [.. CLDevice.GetDevices(_ => true).OfType<CLDevice>().Select(OpenCl).Select(device => $"{device.Name} was passed over: {device.PassedOver}")];
        return reasons.Length > 0 ? string.Join(" ", reasons) : "no platform has a device.";
    }

    private static GpuFound Cuda(CudaDevice device)
    {
        string architecture = device.Architecture is { } known ? $"compute capability {known.Major}.{known.Minor}" : "compute capability unknown";
        string passedOver = device.Architecture is null || device.InstructionSet is null
            ? $"the driver (CUDA {device.DriverVersion.Major}.{device.DriverVersion.Minor}) is too old for it; install a newer one."
            : "";
        return new GpuFound(
            BackendKind.Cuda, device.Name, device.MemorySize,
            $"{architecture}, {device.NumMultiprocessors} multiprocessors, driver for CUDA {device.DriverVersion.Major}.{device.DriverVersion.Minor}", passedOver);
    }

    private static GpuFound OpenCl(CLDevice device)
    {
        string passedOver = device.CLStdVersion < ILGPU.Backends.OpenCL.CLBackend.MinimumVersion
            ? $"it compiles OpenCL C {device.CLStdVersion}; {ILGPU.Backends.OpenCL.CLBackend.MinimumVersion} or later is needed."
            : device.Capabilities.GenericAddressSpace ? "" : "it has no generic address space, which the kernels' code needs.";
        return new GpuFound(BackendKind.OpenCl, device.Name, device.MemorySize, $"{device.PlatformName}, OpenCL C {device.CLStdVersion}", passedOver);
    }
}
