using ILGPU;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.Runtime;

namespace FastSeg.Kernels;

/// <summary>
/// The fused multiply-add, rounded once on every device. A GPU's assembler may contract <c>a * b + c</c> into one, or not. Kernels
/// therefore never add a bare product; their results then have the bits of the CPU's
/// <see cref="MathF.FusedMultiplyAdd(float, float, float)"/>.
/// </summary>
/// <remarks>
/// ILGPU has no such operation, so it is added to it here: <see cref="Of"/> becomes <c>fma.rn.f32</c> in PTX and <c>fma</c> in OpenCL C.
/// The simulated device runs the method's own body.
/// </remarks>
public static class Fma
{
    /// <summary>a * b + c, rounded once.</summary>
    [IntrinsicImplementation]
    public static float Of(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);

    /// <summary>Adds the operation to a context; to be called before any accelerator or backend of it compiles a kernel.</summary>
    /// <param name="context">The context.</param>
    public static void Register(Context context) =>
        Intrinsic.Register(context, typeof(Fma), nameof(Of), nameof(EmitPtx), nameof(EmitOpenCl));

    private static void EmitPtx(PTXBackend backend, PTXCodeGenerator code, Value value)
    {
        // Operands are loaded as primitive registers, not hardware ones, because they may be constants.
        PTXRegisterAllocator.PrimitiveRegister a = code.LoadPrimitive(value[0]);
        PTXRegisterAllocator.PrimitiveRegister b = code.LoadPrimitive(value[1]);
        PTXRegisterAllocator.PrimitiveRegister c = code.LoadPrimitive(value[2]);
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
