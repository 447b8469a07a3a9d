using FastSeg.Gpu;
using ILGPU;
using ILGPU.Runtime;
using SoftmaxKernels = FastSeg.Kernels.Softmax;

namespace FastSeg.Probabilities;

/// <summary>Launches the probabilities from margins.</summary>
internal sealed class SoftmaxGpu
{
    private readonly int _groupSize;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<float>, int, int, ArrayView<float>> _run;

    /// <summary>Compiles the kernel.</summary>
    public SoftmaxGpu(GpuDevice device)
    {
        _groupSize = device.GroupSize;
        device.Load(SoftmaxKernels.Run, out _run);
    }

    /// <summary>Computes the probabilities of some pixels.</summary>
    /// <param name="stream">Where the launch is queued.</param>
    /// <param name="margins">Groups x pixels.</param>
    /// <param name="groups">Groups: 1 for two classes, otherwise one for each class.</param>
    /// <param name="pixels">Pixels.</param>
    /// <param name="probabilities">Receives classes x pixels; another memory than the margins.</param>
    public void Run(AcceleratorStream stream, ArrayView<float> margins, int groups, int pixels, ArrayView<float> probabilities) =>
        _run(stream, (GpuDevice.Groups(pixels, _groupSize), _groupSize), margins, groups, pixels, probabilities);
}
