using System.Reflection;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace FastSeg.Gpu;

/// <summary>A kernel as the compilers of devices get it; no device is needed for it.</summary>
/// <param name="Name">Its class and method, and its sink where it has one, such as <c>Dog.Five.BinSink</c>.</param>
/// <param name="Ptx">PTX for sm_80.</param>
/// <param name="OpenCl">OpenCL C 2.0.</param>
internal sealed record KernelText(string Name, string Ptx, string OpenCl)
{
    /// <summary>Every kernel with every sink, in the order of their names.</summary>
    public static IEnumerable<KernelText> All()
    {
        using Context context = Context.Create(builder => builder.Optimize(OptimizationLevel.O2));
        Fma.Register(context);
        GroupBarrier.Register(context);
        foreach ((string name, MethodInfo kernel) in Kernels())
        {
            EntryPointDescription entry = EntryPointDescription.FromExplicitlyGroupedKernel(kernel);
            using var ptx = new PTXBackend(context, CudaArchitecture.SM_80, CudaInstructionSet.ISA_80, nvvmAPI: null!);
            using var openCl = new CLBackend(context, Capabilities(), CLDeviceVendor.Other, CLCVersion.CL20);
            yield return new KernelText(
                name, ((PTXCompiledKernel)ptx.Compile(entry, KernelSpecialization.Empty)).PTXAssembly,
                ((CLCompiledKernel)openCl.Compile(entry, KernelSpecialization.Empty)).Source);
        }
    }

    /// <summary>The device functions: public ones that return nothing, but for those that register intrinsics in a context.</summary>
    public static IEnumerable<(string Name, MethodInfo Kernel)> Kernels()
    {
        Type[] types = typeof(IPlaneSink).Assembly.GetExportedTypes();
        Type[] sinks = [.. types.Where(type => type.IsValueType && type.IsAssignableTo(typeof(IPlaneSink)))];
        return types.Where(type => type.IsAbstract && type.IsSealed)
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(method => method.ReturnType == typeof(void))
            .Where(method => method.GetParameters() is [{ ParameterType: var first }, ..] && first != typeof(Context))
            .SelectMany(method => method.IsGenericMethodDefinition ? sinks.Select(sink => method.MakeGenericMethod(sink)) : [method])
            .Select(method => (NameOf(method), method))
            .OrderBy(kernel => kernel.Item1, StringComparer.Ordinal);
    }

    private static string NameOf(MethodInfo kernel)
    {
        IEnumerable<string> sinks = kernel.IsGenericMethod ? kernel.GetGenericArguments().Select(sink => sink.Name) : [];
        return string.Join('.', [kernel.DeclaringType!.Name, kernel.Name, .. sinks]);
    }

    /// <summary>The least that a device has which ILGPU accepts.</summary>
    private static CLCapabilityContext Capabilities() =>
        new(genericAddressSpace: true, float16: false, float64: false, int64_Atomics: false, subGroups: false);
}
