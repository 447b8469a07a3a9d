using System.Diagnostics;
using FastSeg.Backends;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Native;

namespace FastSeg.Runs;

/// <summary>
/// One thread of a feature run: computes every plane of a tile and writes them. A writer whose result lies in the caller's memory gets them
/// from the bands there, without a copy in between.
/// </summary>
internal sealed unsafe class FeatureWorker : TileWorker
{
    private readonly ImageWriter _output;
    private readonly int _planeCount;
    private readonly HostBuffer? _planes;

    /// <summary>
    /// Allocates the tile, and memory for the planes of the largest core where the writer needs it; both are freed with this worker.
    /// </summary>
    public FeatureWorker(Plan plan, Work work, ImageWriter output) : base(work, plan)
    {
        (_output, _planeCount) = (output, work.PlaneCount);
        _planes = output.Planes is null ? new HostBuffer(PlaneBytes(plan.MaxCore, _planeCount)) : null;
    }

    /// <summary>Bytes of a worker's planes, given a core.</summary>
    public static long Bytes(ImageWriter output, Region core, int planes) => output.Planes is null ? PlaneBytes(core, planes) : 0;

    /// <summary>Bytes of a core's planes: planes x height x width floats.</summary>
    private static long PlaneBytes(Region core, int planes) => core.Pixels * planes * sizeof(float);

    /// <inheritdoc/>
    public override void Step(Backend backend, int worker, Region core)
    {
        Read(core);
        if (_planes is null)
        {
            backend.Features(worker, Tile, _output.Planes!.Value, Times);
            Times.Add(Stage.Write, Stopwatch.GetTimestamp(), core.Pixels, PlaneBytes(core, _planeCount));
            return;
        }
        backend.Features(worker, Tile, PlaneTarget.Packed((nint)_planes.Pointer, core), Times);
        long mark = Stopwatch.GetTimestamp();
        long bytes = PlaneBytes(core, _planeCount);
        _output.Write(core, _planes.Span<byte>(0, checked((int)bytes)));
        Times.Add(Stage.Write, mark, core.Pixels, bytes);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _planes?.Dispose();
        base.Dispose();
    }
}
