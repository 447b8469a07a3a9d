using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using ColumnKernels = FastSeg.Kernels.LocalColumns;

namespace FastSeg.Features.Local;

/// <summary>Launches the pass along y of the standardisation by a pixel's neighbourhood.</summary>
internal sealed class LocalColumnsGpu
{
    private readonly GpuDevice _device;
    private readonly Action<AcceleratorStream, KernelConfig, LocalShape, ArrayView<float>, ArrayView<int>, ArrayView<float>> _shift;
    private readonly Action<
        AcceleratorStream, KernelConfig, LocalShape, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ArrayView<float>, ArrayView<float>> _run;

    /// <summary>Compiles the kernels.</summary>
    public LocalColumnsGpu(GpuDevice device)
    {
        _device = device;
        device.Load(ColumnKernels.Shift, out _shift);
        device.Load(ColumnKernels.Run, out _run);
    }

    /// <summary>Queues the cells' shifts and the standardised samples; the views are those of the kernels.</summary>
    public void Run(
        AcceleratorStream stream, LocalShape shape, ArrayView<float> pixels, ArrayView<float> shifts, ArrayView<int> counts,
        ArrayView<float> cells, ArrayView<float> taps, ArrayView<float> sums, ArrayView<float> planes)
    {
        _shift(stream, PlaneGroups.Over(shape.CellsAcross, shape.CellsDown, _device), shape, shifts, counts, cells);
        _run(stream, PlaneGroups.Over(shape.WantedWidth, shape.WantedHeight, _device), shape, pixels, shifts, cells, taps, sums, planes);
    }
}
