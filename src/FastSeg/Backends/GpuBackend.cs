using System.Diagnostics;
using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Gpu;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Simd;
using ILGPU;
using ILGPU.Runtime;

namespace FastSeg.Backends;

/// <summary>
/// The backend on a device. Only pixels go up, and only labels come down, or margins, planes or rows where these are asked for. A worker
/// copies its tile into page-locked memory, hands the job to the device's thread, waits, and takes the result out. The two slots of the
/// arena alternate between jobs.
/// </summary>
internal sealed unsafe class GpuBackend : Backend
{
    private readonly GpuBackendFactory _factory;
    private readonly GpuArenaViews[] _views = new GpuArenaViews[GpuThread.Slots];
    private readonly GpuTileJob[] _jobs;
    private DeviceArena? _arena;
    private GpuKernels? _kernels;

    /// <summary>Allocates what the plan counted, and compiles the kernels.</summary>
    /// <param name="factory">The device.</param>
    /// <param name="plan">Tiles and workers.</param>
    /// <param name="work">What is computed.</param>
    /// <param name="deep">The image's deep features, or null; only the constructor reads them, and the caller keeps owning them.</param>
    /// <exception cref="FastSegException">The device has too little memory, or fails.</exception>
    public GpuBackend(GpuBackendFactory factory, Plan plan, Work work, DeepImage? deep) : base(work)
    {
        _factory = factory;
        _jobs = new GpuTileJob[plan.Workers];
        try
        {
            factory.Thread.Invoke(device =>
            {
                _kernels = new GpuKernels(device, work, deep, GpuArenaLayout.Upsampler(work, plan.Computed));
                GpuArenaLayout layout = GpuArenaLayout.For(work, plan.Computed, _kernels.Forest?.BytePlanes ?? 0);
                _arena = new DeviceArena(device, layout.Bytes * GpuThread.Slots);
                for (int i = 0; i < _views.Length; i++)
                {
                    _views[i] = new GpuArenaViews(_arena, layout);
                }
                for (int i = 0; i < _jobs.Length; i++)
                {
                    _jobs[i] = new GpuTileJob(device, work, _kernels, _views, layout);
                }
            });
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    protected override void ComputeFeatures(int worker, Tile tile, in PlaneTarget target, StageTimes times)
    {
        GpuTileJob job = Run(worker, tile, TileVerb.Features, times);
        long start = Stopwatch.GetTimestamp();
        Region core = tile.Core;
        var planes = (float*)job.Result;
        (int width, int height, int pixels) = ((int)core.Width, (int)core.Height, checked((int)core.Pixels));
        PlaneCopyCpu.Run(new Band(core.X, core.Y, width, height, Work.PlaneCount, planes, width, pixels), target);
        PlaneCopyCpu.Fence();
        times.Add(Stage.Gather, start, tile.Core.Pixels);
    }

    /// <inheritdoc/>
    protected override void ComputePredictions(int worker, Tile tile, TilePredictions predictions, StageTimes times)
    {
        GpuTileJob job = Run(worker, tile, TileVerb.Predict, times, Work.SmoothsOnDevice ? predictions.Smoothing : default);
        if (job.NotANumber)
        {
            // Samples that could make a filter overflow are refused when the tile is read, so this should not happen. A bin cannot say
            // that its value is not a number, so the labels would be arbitrary.
            throw new FastSegException(
                $"{tile.Source.Name}: a feature near {tile.Core.X},{tile.Core.Y} is not a number; use the backend cpu.",
                Setting.Backend, "the backend");
        }
        long start = Stopwatch.GetTimestamp();
        long pixels = tile.Core.Pixels;
        if (Work.SmoothsOnDevice)
        {
            predictions.TakeSmoothed(job.Result);
            times.Add(Stage.Forest, start);
            return;
        }
        if (!Work.Margins)
        {
            predictions.TakeClasses(job.Result, pixels);
        }
        int width = 0;
        for (long x = 0; Work.Margins && x < tile.Core.Width; x += width)
        {
            width = (int)Band.Panel(tile.Core.Width - x);
            for (long row = 0; row < tile.Core.Height; row++)
            {
                float* margins = (float*)job.Result + (row * tile.Core.Width) + x;
                predictions.TakeRow(tile.Core.X + x, tile.Core.Y + row, width, margins, (nint)pixels, Work.Forest!.Groups);
            }
        }
        times.Add(Stage.Forest, start);
    }

    /// <inheritdoc/>
    protected override void ComputeRows(int worker, Tile tile, TrainingRows rows, StageTimes times)
    {
        LabelledPixels pixels = Work.Labels!;
        _jobs[worker].Take(pixels, tile.Core, rows.OnDevice);
        float* from = (float*)Run(worker, tile, TileVerb.Gather, times).Result;
        if (rows.OnDevice is not null)
        {
            return;
        }
        long start = Stopwatch.GetTimestamp();
        long gathered = 0;
        for (long y = tile.Core.Y; y < tile.Core.Bottom; y++)
        {
            (int first, int end) = pixels.Ranks(tile.Core.X, y, tile.Core.Width);
            long floats = (long)(end - first) * Work.PlaneCount;
            var to = new Span<float>(rows.Row(pixels.FirstRow + first), checked((int)floats));
            new ReadOnlySpan<float>(from, to.Length).CopyTo(to);
            from += floats;
            gathered += end - first;
        }
        times.Add(Stage.Gather, start, gathered);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _factory.Thread.Invoke(_ =>
        {
            foreach (GpuTileJob? job in _jobs)
            {
                job?.Release();
            }
            _arena?.Dispose();
            _kernels?.Dispose();
        });
    }

    /// <summary>Runs a worker's job on the device and waits for it; the job then holds the result.</summary>
    private GpuTileJob Run(int worker, Tile tile, TileVerb verb, StageTimes times, SmoothingRequest smoothing = default)
    {
        long start = Stopwatch.GetTimestamp();
        GpuTileJob job = _jobs[worker];
        job.Take(tile, verb);
        job.Take(smoothing);
        job.TakeGuidance(tile.Core);
        _factory.Thread.Run(job);
        times.Add(verb == TileVerb.Predict ? Stage.Forest : Stage.Filters, start, tile.Core.Pixels);
        return job;
    }
}
