using ILGPU;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.Runtime;

namespace FastSeg.Kernels;

/// <summary>
/// The barrier of a group: every thread waits until all of them are here, and then sees what the others have written, in shared and in
/// global memory.
/// </summary>
/// <remarks>
/// ILGPU's own <see cref="Group.Barrier"/> orders global memory alone on OpenCL, and what kernels exchange lies in shared memory. So
/// <see cref="Wait"/> becomes a barrier with both fences there, and <c>bar.sync</c> in PTX, which orders both.
/// </remarks>
public static class GroupBarrier
{
    /// <summary>Waits for all threads of the group.</summary>
    [IntrinsicImplementation]
    public static void Wait() => Group.Barrier();

    /// <summary>Adds the operation to a context; to be called before any accelerator or backend of it compiles a kernel.</summary>
    /// <param name="context">The context.</param>
    public static void Register(Context context) =>
        Intrinsic.Register(context, typeof(GroupBarrier), nameof(Wait), nameof(EmitPtx), nameof(EmitOpenCl));

    private static void EmitPtx(PTXBackend backend, PTXCodeGenerator code, Value value)
    {
        using PTXCodeGenerator.CommandEmitter command = code.BeginCommand("bar.sync");
        command.AppendConstant(0);
    }

    private static void EmitOpenCl(CLBackend backend, CLCodeGenerator code, Value value)
    {
        using CLCodeGenerator.StatementEmitter statement = code.BeginStatement("work_group_barrier");
        statement.BeginArguments();
        statement.AppendCommand("CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE");
        statement.EndArguments();
    }
}
