using FastSeg.Gpu;
using FastSeg.Images;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace FastSeg.Features;

internal sealed class FilterBankGpu : IDisposable
{
    public FilterBankGpu(GpuDevice device, FeatureSpec spec, int channels) => throw new NotSupportedException();

    public static long ScratchBytes(FeatureSpec spec, int channels, TileShape largest) => 0;

    public void Run<TSink>(AcceleratorStream stream, TileShape shape, ArrayView<byte> samples, SampleType type, int sampleChannels, ArrayView<byte> scratch, TSink sink)
        where TSink : struct, IPlaneSink
    {
    }

    public void Dispose()
    {
    }
}
