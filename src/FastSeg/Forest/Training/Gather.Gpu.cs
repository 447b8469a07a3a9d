using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace FastSeg.Forest.Training;

/// <summary>Collects the feature rows of labelled pixels on a GPU; holds no memory of the device.</summary>
internal sealed class GatherGpu
{
    private readonly Action<AcceleratorStream, KernelConfig, GatherRows> _gather;
    private readonly int _groupRows;

    /// <summary>Compiles the kernel.</summary>
    public GatherGpu(GpuDevice device)
    {
        _groupRows = device.GroupRows;
        device.Load(Gather.Rows, out _gather);
    }

    /// <summary>Collects rows: one launch, no scratch memory.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="rows">What to collect and where to.</param>
    public void Run(AcceleratorStream stream, GatherRows rows)
    {
        if (rows.Count > 0 && rows.Features > 0)
        {
            _gather(stream, (Gather.Groups(rows.Count, rows.Features), new Index2D(GpuDevice.GroupColumns, _groupRows)), rows);
        }
    }
}
