using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Features;

namespace FastSeg.Backends;

/// <summary>The processor's vector units.</summary>
internal sealed class CpuBackendFactory : BackendFactory
{
    /// <summary>The only instance: the factory has no state.</summary>
    public static CpuBackendFactory Instance { get; } = new();

    /// <inheritdoc/>
    public override BackendKind Kind => BackendKind.Cpu;

    /// <inheritdoc/>
    public override long TileBytes(Work work, Region core) => DeepImage.TileBytes(work.Deep, core, work.KeepsTiles);

    /// <inheritdoc/>
    public override IEnumerable<(string Name, long Bytes)> WorkerItems(Work work, TileGrid grid)
    {
        bool together = DeepImage.ComesInRows(work.Deep);
        yield return ("filters", FilterBank.Bytes(work.Features, work.Channels, grid.MaxCore, work.DeepChannels, together));
        if (work.Verb == TileVerb.Predict)
        {
            yield return ("forest", CpuBackend.ForestBytes(work.Forest!));
        }
        foreach ((string, long) item in DeepImage.WorkerItems(work.Deep, work.Image, grid, work.MapsOnDisk))
        {
            yield return item;
        }
    }

    /// <inheritdoc/>
    public override Backend Create(Plan plan, Work work, DeepImage? deep) => new CpuBackend(plan, work, deep);
}
