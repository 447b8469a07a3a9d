using FastSeg.Deep;
using FastSeg.Deep.Upsamplers;
using FastSeg.Features;
using FastSeg.Forest;
using FastSeg.Forest.Training;
using FastSeg.Gpu;

namespace FastSeg.Backends;

/// <summary>
/// The kernels of a work, compiled, with their tables on the device; both slots share them. Made and disposed on the device's thread.
/// </summary>
internal sealed class GpuKernels : IDisposable
{
    /// <summary>Compiles what the work needs, and uploads its tables.</summary>
    public GpuKernels(GpuDevice device, Work work, DeepImage? deep, IGuidedPlan? upsampler)
    {
        Filters = new FilterBankGpu(device, work.Features, work.Channels);
        try
        {
            Deep = deep is null
                ? null
                : new DeepImageGpu(device, work.Deep!.Description, deep.Maps, work.DeepSource.Info, work.Map, upsampler);
            Forest = work.Verb == TileVerb.Predict ? new ForestGpu(device, work.Forest!) : null;
            Smoothing = work.SmoothsOnDevice ? new GpuSmoothing(device, work) : null;
            Gather = work.Verb == TileVerb.Gather ? new GatherGpu(device) : null;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Computes classical features.</summary>
    public FilterBankGpu Filters { get; }

    /// <summary>Brings deep features to full resolution; null where there are none.</summary>
    public DeepImageGpu? Deep { get; }

    /// <summary>Applies the trees; null unless the work predicts.</summary>
    public ForestGpu? Forest { get; }

    /// <summary>Smooths probabilities; null where nothing is smoothed, or the host does it.</summary>
    public GpuSmoothing? Smoothing { get; }

    /// <summary>Collects the labelled pixels' rows; null unless the work gathers.</summary>
    public GatherGpu? Gather { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Filters.Dispose();
        Deep?.Dispose();
        Forest?.Dispose();
        Smoothing?.Dispose();
    }
}
