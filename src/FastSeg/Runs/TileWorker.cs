using System.Diagnostics;
using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Images;

namespace FastSeg.Runs;

/// <summary>
/// One thread's part of a run over tiles: the tile that it fills again and again, and what it does with each. Made before the first
/// tile, so that steps allocate nothing.
/// </summary>
internal abstract class TileWorker : IDisposable
{
    private readonly ImageReader _image;

    /// <summary>Allocates the largest tile of a plan.</summary>
    protected TileWorker(Work work, Plan plan)
    {
        _image = work.Image;
        Tile = new Tile(plan.MaxCore, plan.Halo, work.Channels, _image.Info)
        {
            LargestSample = work.Features.LargestSample,
            Needed = plan.Area.Inflate(plan.Halo).Intersect(_image.Info.Bounds),
        };
    }

    /// <summary>Where this worker's time went.</summary>
    public StageTimes Times { get; } = new();

    /// <summary>The pixels of the present step.</summary>
    protected Tile Tile { get; }

    /// <summary>Takes one tile through its rooms.</summary>
    /// <param name="backend">What computes.</param>
    /// <param name="worker">This worker's number, which says whose buffers of the backend are used.</param>
    /// <param name="core">The tile's core.</param>
    public abstract void Step(Backend backend, int worker, Region core);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Reads a core and its halo.</summary>
    protected void Read(Region core)
    {
        long start = Stopwatch.GetTimestamp();
        Tile.Fill(_image, core);
        Times.Add(Stage.Read, start, Tile.Bounds.Pixels, Tile.Bounds.Pixels * _image.Info.PixelBytes);
    }

    /// <summary>Releases the tile; whoever holds more releases that too.</summary>
    protected virtual void Dispose(bool disposing) => Tile.Dispose();
}
