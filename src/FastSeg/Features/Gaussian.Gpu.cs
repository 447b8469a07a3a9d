using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using GaussianKernels = FastSeg.Kernels.Gaussian;
using Kernel = System.Action<
    ILGPU.Runtime.AcceleratorStream, ILGPU.KernelConfig,
    FastSeg.Kernels.PlaneWindow, FastSeg.Kernels.PlaneWindow, ILGPU.ArrayView<float>, int>;

namespace FastSeg.Features;

/// <summary>Launches the two passes of the Gaussian: along x into scratch, and from there along y.</summary>
internal sealed class GaussianGpu
{
    private readonly GpuDevice _device;
    private readonly Kernel _alongX;
    private readonly Kernel _alongY;
    private readonly Kernel _alongXFar;
    private readonly Kernel _alongYFar;

    /// <summary>Compiles the kernels.</summary>
    public GaussianGpu(GpuDevice device)
    {
        _device = device;
        device.Load(GaussianKernels.AlongX, out _alongX);
        device.Load(GaussianKernels.AlongY, out _alongY);
        device.Load(GaussianKernels.AlongXFar, out _alongXFar);
        device.Load(GaussianKernels.AlongYFar, out _alongYFar);
    }

    /// <summary>Blurs one plane.</summary>
    /// <param name="stream">Where the launches are queued.</param>
    /// <param name="source">The plane that is blurred; its edge pixels are repeated outwards.</param>
    /// <param name="scratch">Receives the pass along x: at most the target's columns times the source's rows.</param>
    /// <param name="target">Receives the blur of a rectangle inside the source.</param>
    /// <param name="taps">Taps from the centre outwards, radius + 1.</param>
    /// <param name="radius">Index of the last tap.</param>
    public void Run(
        AcceleratorStream stream, PlaneWindow source, ArrayView<float> scratch, PlaneWindow target, ArrayView<float> taps, int radius)
    {
        // The rows that the pass along y will look at, as far as the source has them.
        int top = Math.Max(target.Y - radius, source.Y);
        int bottom = Math.Min(target.Y + target.Height + radius, source.Y + source.Height);
        PlaneWindow rows = target with { Values = scratch, Y = top, Height = bottom - top };
        int groupRows = _device.GroupRows;
        if (radius <= GaussianKernels.MaxRadius)
        {
            _alongX(
                stream,
                PlaneGroups.Over(
                    rows.Width, rows.Height, groupRows, GaussianKernels.ThreadColumnsAlongX * groupRows,
                    GaussianKernels.GroupRowsAlongX / groupRows),
                source,
                rows,
                taps,
                radius);
            _alongY(
                stream,
                PlaneGroups.Over(target.Width, target.Height, groupRows, GpuDevice.GroupColumns, GaussianKernels.ThreadRowsAlongY),
                rows,
                target,
                taps,
                radius);
        }
        else
        {
            _alongXFar(stream, PlaneGroups.Over(rows.Width, rows.Height, _device), source, rows, taps, radius);
            _alongYFar(stream, PlaneGroups.Over(target.Width, target.Height, _device), rows, target, taps, radius);
        }
    }
}
