using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace FastSeg.Gpu;

/// <summary>
/// One context and one accelerator, the owner of both. Everything that is launched or copied goes through the one thread that opened it.
/// </summary>
internal sealed class GpuDevice : IDisposable
{
    /// <summary>Threads of a warp on the simulated device, and warps of its groups: an operating system's thread each.</summary>
    private const int SimulatedWarp = 32, SimulatedWarps = 4;

    private readonly Context _context;

    private GpuDevice(Context context, Accelerator accelerator)
    {
        _context = context;
        Accelerator = accelerator;
    }

    /// <summary>The accelerator.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>Columns of a two-dimensional group: a warp reads neighbouring pixels.</summary>
    public static int GroupColumns => 32;

    /// <summary>Rows of a two-dimensional group: 8 on a GPU, 4 on the simulated device, whose groups have at most 128 threads.</summary>
    public int GroupRows => Accelerator.AcceleratorType == AcceleratorType.CPU ? SimulatedWarps : 8;

    /// <summary>Threads of a group, in one dimension or two.</summary>
    public int GroupSize => GroupColumns * GroupRows;

    /// <summary>The simulated device: ILGPU's CPU accelerator with warps of 32 and groups of up to 128 threads. Slow; for tests.</summary>
    public static GpuDevice OpenSimulated()
    {
        Context context = Context.Create(builder => builder.CPU(new CPUDevice(SimulatedWarp, SimulatedWarps, 1)).Optimize(OptimizationLevel.O2));
        Fma.Register(context);
        return new GpuDevice(context, context.CreateCPUAccelerator(0));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Accelerator.Dispose();
        _context.Dispose();
    }
}
