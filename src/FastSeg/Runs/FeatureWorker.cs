using System.Diagnostics;
using FastSeg.Backends;
using FastSeg.Native;

namespace FastSeg.Runs;

/// <summary>One thread of a feature run: computes every plane of a tile and writes them.</summary>
internal sealed unsafe class FeatureWorker : TileWorker
{
    private readonly ImageWriter _output;
    private readonly int _planeCount;
    private readonly HostBuffer _planes;

    /// <summary>Allocates the tile, and memory for the planes of the largest core; both are freed with this worker.</summary>
    public FeatureWorker(Plan plan, Work work, ImageWriter output) : base(work, plan)
    {
        (_output, _planeCount) = (output, work.PlaneCount);
        _planes = new HostBuffer(PlaneBytes(plan.MaxCore, _planeCount));
    }

    /// <summary>Bytes of a core's planes: planes x height x width floats.</summary>
    public static long PlaneBytes(Region core, int planes) => core.Pixels * planes * sizeof(float);

    /// <inheritdoc/>
    public override void Step(Backend backend, int worker, Region core)
    {
        Read(core);
        backend.Features(worker, Tile, (float*)_planes.Pointer, Times);
        long mark = Stopwatch.GetTimestamp();
        long bytes = PlaneBytes(core, _planeCount);
        _output.Write(core, _planes.Span<byte>(0, checked((int)bytes)));
        Times.Add(Stage.Write, mark, core.Pixels, bytes);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _planes.Dispose();
        base.Dispose();
    }
}
