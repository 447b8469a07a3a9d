using FastSeg.Backends;
using FastSeg.Images;
using FastSeg.Simd;

namespace FastSeg.Runs;

/// <summary>Copies the margins of a core to where the caller wants them, and hands on what it is given.</summary>
/// <param name="output">Where they go: a plane a group of trees.</param>
internal sealed unsafe class MarginRows(ImageWriter output) : TilePredictions
{
    private TilePredictions? _next;
    private Region _core;

    /// <inheritdoc/>
    public override SmoothingRequest Smoothing => _next!.Smoothing;

    /// <summary>Begins a tile.</summary>
    /// <param name="next">Takes everything that comes.</param>
    /// <param name="core">The pixels whose margins are copied.</param>
    public MarginRows Before(TilePredictions next, Region core)
    {
        (_next, _core) = (next, core);
        return this;
    }

    /// <inheritdoc/>
    public override void TakeRow(long x, long y, int width, float* margins, nint groupStride, int groups)
    {
        Region row = new Region(x, y, width, 1).Intersect(_core);
        if (!row.IsEmpty)
        {
            PlaneTarget target = output.Planes!.Value;
            float* first = margins + (row.X - x);
            PlaneCopyCpu.Run(new Band(row.X, y, (int)row.Width, 1, groups, first, 0, checked((int)groupStride)), target);
            PlaneCopyCpu.Fence();
        }
        _next!.TakeRow(x, y, width, margins, groupStride, groups);
    }
}
