using System.Reflection;
using ILGPU;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.Runtime;

namespace FastSeg.Kernels;

/// <summary>An operation that ILGPU lacks and that a class here adds to it: a method, and what writes its code for devices.</summary>
internal static class Intrinsic
{
    /// <summary>Adds the operation to a context; to be called before any accelerator or backend of it compiles a kernel.</summary>
    /// <param name="context">The context.</param>
    /// <param name="type">The class.</param>
    /// <param name="method">Its public method, whose own body the simulated device runs.</param>
    /// <param name="emitPtx">The method that writes PTX for it.</param>
    /// <param name="emitOpenCl">The method that writes OpenCL C for it.</param>
    public static void Register(Context context, Type type, string method, string emitPtx, string emitOpenCl)
    {
        MethodInfo operation = type.GetMethod(method)!;
        IntrinsicImplementationManager manager = context.GetIntrinsicManager();
        manager.RegisterMethod(operation, new PTXIntrinsic(type, emitPtx, IntrinsicImplementationMode.GenerateCode));
        manager.RegisterMethod(operation, new CLIntrinsic(type, emitOpenCl, IntrinsicImplementationMode.GenerateCode));
    }
}
