using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using RowKernels = FastSeg.Kernels.LocalRows;

namespace FastSeg.Features.Local;

/// <summary>Launches the pass along x of the standardisation by a pixel's neighbourhood.</summary>
internal sealed class LocalRowsGpu
{
    private readonly GpuDevice _device;
    private readonly Action<
        AcceleratorStream, KernelConfig, LocalShape, ArrayView<float>, ArrayView<byte>, ArrayView<float>, ArrayView<int>> _shift;
    private readonly Action<
        AcceleratorStream, KernelConfig, LocalShape, ArrayView<float>, ArrayView<byte>, ArrayView<float>, ArrayView<float>,
        ArrayView<float>> _run;

    /// <summary>Compiles the kernels.</summary>
    public LocalRowsGpu(GpuDevice device)
    {
        _device = device;
        device.Load(RowKernels.Shift, out _shift);
        device.Load(RowKernels.Run, out _run);
    }

    /// <summary>Queues the rows' shifts and sums; the views are those of the kernels.</summary>
    public void Run(
        AcceleratorStream stream, LocalShape shape, ArrayView<float> pixels, ArrayView<byte> kept, ArrayView<float> shifts,
        ArrayView<int> counts, ArrayView<float> taps, ArrayView<float> sums)
    {
        _shift(stream, PlaneGroups.Over(shape.CellsAcross, shape.Height, _device), shape, pixels, kept, shifts, counts);
        _run(stream, PlaneGroups.Over(shape.WantedWidth, shape.Height, _device), shape, pixels, kept, shifts, taps, sums);
    }
}
