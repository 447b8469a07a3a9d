using System.Diagnostics;
using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Images;
using FastSeg.Images.Samples;

namespace FastSeg.Runs;

/// <summary>
/// One thread's part of a run over tiles: the tile's memory, which is filled again and again, and what is done with each tile. A worker is
/// made before the first tile, so that its steps allocate nothing.
/// </summary>
internal abstract class TileWorker : IDisposable
{
    private readonly ImageReader _image;
    private readonly Work _work;
    private readonly Tile? _stored;

    /// <summary>Allocates memory for the largest tile of a plan.</summary>
    protected TileWorker(Work work, Plan plan)
    {
        (_image, _work) = (work.Image, work);
        Tile = new Tile(plan.Computed.MaxCore, work.Halo, work.Channels, _image.Info);
        _stored = HasStored(work) ? new Tile(plan.Computed.MaxCore, work.Smoothing.GuideHalo, work.Channels, work.Stored.Info) : null;
        Begin(plan.Area, work.Samples);
    }

    /// <summary>This worker's time by stage.</summary>
    public StageTimes Times { get; } = new();

    /// <summary>The tile of the present step.</summary>
    protected Tile Tile { get; }

    /// <summary>The tile with its samples as they are stored, for a smoothing's guide.</summary>
    protected Tile Stored => _stored ?? Tile;

    /// <summary>Bytes of a worker's tiles for the largest core, with what smoothing needs around it.</summary>
    public static long Bytes(Work work, Region maxCore) => Tile.Bytes(maxCore, work.Halo, work.Channels, work.Image.Info)
        + (HasStored(work) ? Tile.Bytes(maxCore, work.Smoothing.GuideHalo, work.Channels, work.Stored.Info) : 0);

    /// <summary>Begins an image: the one of the constructor's work, or another one of the same form that is no larger.</summary>
    /// <param name="area">The region to be computed.</param>
    /// <param name="samples">Mean and deviation of the page's samples, where they are known.</param>
    public void Begin(Region area, SampleStatistics? samples)
    {
        ImageInfo info = _image.Info;
        Tile.Source = info;
        Tile.Page = samples;
        Tile.Map = Work.MapOf(_work.Features.Standardise, samples);
        Tile.Limits = Tile.Map.Limits(_work.Features.LargestSample);
        Tile.Needed = area.Inflate(_work.Halo + _work.Smoothing.Reach).Intersect(info.Bounds);
        if (_stored is not null)
        {
            _stored.Source = _work.Stored.Info;
            _stored.Page = samples;
        }
    }

    /// <summary>Computes one tile and hands its results on.</summary>
    /// <param name="backend">What computes.</param>
    /// <param name="worker">This worker's number; the backend has buffers for each number.</param>
    /// <param name="core">The tile's core.</param>
    public abstract void Step(Backend backend, int worker, Region core);

    /// <summary>
    /// Releases the tile. A descendant that holds more overrides this and releases that too. What a constructor allocated before it failed
    /// is released by the buffers' own handles.
    /// </summary>
    public virtual void Dispose()
    {
        Tile.Dispose();
        _stored?.Dispose();
    }

    /// <summary>Reads a core with what smoothing needs around it, and the halo of both.</summary>
    /// <exception cref="FastSegException">The image is corrupt there, or has a sample that filters must not see.</exception>
    protected void Read(Region core)
    {
        long start = Stopwatch.GetTimestamp();
        Tile.Fill(_image, _work.Computed(core));
        _stored?.Fill(_work.Stored, _work.Computed(core));
        Times.Add(Stage.Read, start, Tile.Bounds.Pixels, Tile.Bounds.Pixels * _image.Info.PixelBytes);
    }

    /// <summary>Whether a guide needs samples that the filters do not see: those from before they were standardised one by one.</summary>
    private static bool HasStored(Work work) => work.Stored != work.Image && work.Smoothing.Mode != SmoothingMode.None;
}
