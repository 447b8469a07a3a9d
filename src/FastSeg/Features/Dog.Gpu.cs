using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;
using DogKernels = FastSeg.Kernels.Dog;

namespace FastSeg.Features;

/// <summary>Launches the differences of Gaussians: with five blurs, the default, a kernel that reads each blur once.</summary>
internal sealed class DogGpu<TSink> where TSink : struct, IPlaneSink
{
    private const int Five = 5;

    private readonly GpuDevice _device;
    private readonly Action<AcceleratorStream, KernelConfig, PlaneWindow, int, TileShape, int, TSink> _five;
    private readonly Action<AcceleratorStream, KernelConfig, PlaneWindow, int, int, TileShape, int, TSink> _any;

    /// <summary>Compiles the kernels.</summary>
    public DogGpu(GpuDevice device)
    {
        _device = device;
        device.Load(DogKernels.Five<TSink>, out _five);
        device.Load(DogKernels.Any<TSink>, out _any);
    }

    /// <summary>
    /// Stores every difference of <paramref name="count"/> blurs, which lie <paramref name="stride"/> floats apart, from
    /// <paramref name="plane"/> on. A single blur has no difference.
    /// </summary>
    public void Run(AcceleratorStream stream, PlaneWindow blurs, int count, int stride, TileShape shape, int plane, TSink sink)
    {
        KernelConfig config = PlaneGroups.Over(shape.CoreWidth, shape.CoreHeight, _device);
        if (count == Five)
        {
            _five(stream, config, blurs, stride, shape, plane, sink);
        }
        else if (count > 1)
        {
            _any(stream, config, blurs, count, stride, shape, plane, sink);
        }
    }
}
