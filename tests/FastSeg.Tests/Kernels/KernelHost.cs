using System.Reflection;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using NUnit.Framework;

namespace FastSeg.Tests.Kernels;

/// <summary>
/// Runs and compiles kernels for tests: on the simulated device (warps of 32, groups of up to 128 threads), and with the PTX and OpenCL
/// compilers, which need no device. All tests share it; the simulated device takes one launch at a time.
/// </summary>
internal static class KernelHost
{
    /// <summary>Threads of a warp.</summary>
    public const int WarpSize = 32;

    /// <summary>Most threads of a group on the simulated device.</summary>
    public const int MaxGroup = 128;

    private static readonly Context Context = Create();

    private static readonly Lazy<Accelerator> LazySimulated = new(() => Context.CreateCPUAccelerator(0));

    /// <summary>The simulated device.</summary>
    public static Accelerator Simulated => LazySimulated.Value;

    /// <summary>A kernel as PTX for sm_80.</summary>
    public static string Ptx(Delegate kernel) => Ptx(kernel.Method);

    /// <summary>A kernel as PTX for sm_80.</summary>
    public static string Ptx(MethodInfo kernel)
    {
        using var backend = new PTXBackend(Context, CudaArchitecture.SM_80, CudaInstructionSet.ISA_80, nvvmAPI: null!);
        return ((PTXCompiledKernel)backend.Compile(Entry(kernel), KernelSpecialization.Empty)).PTXAssembly;
    }

    /// <summary>A kernel as OpenCL C.</summary>
    public static string OpenCl(Delegate kernel) => OpenCl(kernel.Method);

    /// <summary>A kernel as OpenCL C.</summary>
    public static string OpenCl(MethodInfo kernel)
    {
        using var backend = new CLBackend(Context, Capabilities(), CLDeviceVendor.Other, CLCVersion.CL20);
        return ((CLCompiledKernel)backend.Compile(Entry(kernel), KernelSpecialization.Empty)).Source;
    }

    /// <summary>
    /// Checks what holds for the PTX of every kernel: it uses no local memory and no float64, has no product that the assembler could fuse
    /// with an addition, and a group's shared memory is at most 48 KiB.
    /// </summary>
    public static void CheckPtx(string ptx)
    {
        Assert.That(ptx, Does.Contain(".target sm_80"));
        Assert.That(ptx, Does.Not.Contain(".local"), "nothing in local memory");
        Assert.That(ptx, Does.Not.Contain(".f64"), "no float64");
        PtxCheck.NoBareProductIsAdded(ptx);
        Assert.That(PtxCheck.SharedBytes(ptx), Is.LessThanOrEqualTo(48 * 1024), "shared memory of a group");
    }

    private static Context Create()
    {
        Context context = Context.Create(builder => builder
            .CPU(new CPUDevice(WarpSize, MaxGroup / WarpSize, 1))
            .Optimize(OptimizationLevel.O2));
        Fma.Register(context);
        GroupBarrier.Register(context);
        return context;
    }

    /// <summary>The least that a device has which ILGPU accepts: a generic address space.</summary>
    private static CLCapabilityContext Capabilities() =>
        new(genericAddressSpace: true, float16: false, float64: false, int64_Atomics: false, subGroups: false);

    private static EntryPointDescription Entry(MethodInfo kernel) => EntryPointDescription.FromExplicitlyGroupedKernel(kernel);
}
