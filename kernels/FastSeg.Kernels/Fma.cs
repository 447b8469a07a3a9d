using ILGPU;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.Runtime;

namespace FastSeg.Kernels;

/// <summary>
/// The fused multiply-add, one rounding on every device. A GPU's assembler contracts <c>a * b + c</c> where it likes; so no kernel here
/// adds a bare product, and results have the bits of the CPU's <see cref="MathF.FusedMultiplyAdd(float, float, float)"/>.
/// </summary>
/// <remarks>
/// ILGPU has no such operation: this makes one of it. What is emitted is <c>fma.rn.f32</c> in PTX and <c>fma</c> in OpenCL C; the
/// simulated device runs the method's own body.
/// </remarks>
public static class Fma
{
    /// <summary>a * b + c, rounded once.</summary>
    [IntrinsicImplementation]
    public static float Of(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);

    /// <summary>Teaches a context the operation: before any accelerator or backend of it compiles a kernel.</summary>
    /// <param name="context">The context.</param>
    public static void Register(Context context)
    {
        System.Reflection.MethodInfo method = typeof(Fma).GetMethod(nameof(Of))!;
        IntrinsicImplementationManager manager = context.GetIntrinsicManager();
        manager.RegisterMethod(method, new PTXIntrinsic(typeof(Fma), nameof(EmitPtx), IntrinsicImplementationMode.GenerateCode));
        manager.RegisterMethod(method, new CLIntrinsic(typeof(Fma), nameof(EmitOpenCl), IntrinsicImplementationMode.GenerateCode));
    }

    private static void EmitPtx(PTXBackend backend, PTXCodeGenerator code, Value value)
    {
        // Primitive, not hardware registers: an operand may be a constant.
        PTXRegisterAllocator.PrimitiveRegister a = code.LoadPrimitive(value[0]), b = code.LoadPrimitive(value[1]), c = code.LoadPrimitive(value[2]);
        PTXRegisterAllocator.HardwareRegister target = code.AllocateHardware(value);
        using PTXCodeGenerator.CommandEmitter command = code.BeginCommand("fma.rn.f32");
        command.AppendArgument(target);
        command.AppendArgument(a);
        command.AppendArgument(b);
        command.AppendArgument(c);
    }

    private static void EmitOpenCl(CLBackend backend, CLCodeGenerator code, Value value)
    {
        CLVariableAllocator.Variable a = code.Load(value[0]), b = code.Load(value[1]), c = code.Load(value[2]);
        CLVariableAllocator.Variable target = code.Allocate(value);
        using CLCodeGenerator.StatementEmitter statement = code.BeginStatement(target);
        statement.AppendCommand("fma");
        statement.BeginArguments();
        statement.AppendArgument(a);
        statement.AppendArgument(b);
        statement.AppendArgument(c);
        statement.EndArguments();
    }
}
