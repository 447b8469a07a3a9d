using System.Reflection;
using ILGPU.Runtime;

namespace FastSeg.Gpu;

/// <summary>Compiles kernels for a device and makes the delegates that launch them.</summary>
internal class KernelLoader
{
    /// <summary>What simulated devices use; tests put one here that runs a kernel's PTX beside its simulation.</summary>
    public static KernelLoader Simulated { get; set; } = new();

    /// <summary>Rows of a group of threads; null for those of the device's kind.</summary>
    public virtual int? GroupRows => null;

    /// <summary>Compiles a kernel.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="kernel">The kernel; a generic one with its sink.</param>
    /// <param name="launch">The type of the result: an action of the stream, the grid and the kernel's parameters.</param>
    public virtual Delegate Load(Accelerator accelerator, MethodInfo kernel, Type launch)
    {
        Kernel compiled = accelerator.LoadKernel(kernel);
        return compiled.Launcher!.CreateDelegate(launch, compiled);
    }
}
