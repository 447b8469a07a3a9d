using FastSeg.Forest.Training;
using FastSeg.Gpu;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace FastSeg.Backends;

/// <summary>
/// One worker's tile on its way through the device. The job owns page-locked memory: the worker fills its first part, the device reads that
/// and writes the results behind it. Worker and device take turns, because the worker waits for the job's end.
/// </summary>
internal sealed unsafe class GpuTileJob : GpuJob
{
    private readonly Work _work;
    private readonly GpuKernels _kernels;
    private readonly GpuArenaViews[] _views;
    private readonly PinnedBuffer _pinned;

    /// <summary>Where the parts of the page-locked memory begin, in bytes; the samples begin at 0.</summary>
    private readonly long _guidanceAt, _positionsAt, _maskAt, _flagAt, _resultAt;
    private TileShape _shape;
    private SampleType _type;
    private SampleMap _map, _guide;
    private TileVerb _verb;
    private Region _read, _core, _smoothed;
    private bool _masked;
    private long _guidanceBytes;
    private int _labelled;
    private long _firstRow;
    private DeviceRows? _resident;

    /// <summary>Allocates page-locked memory, on the device's thread.</summary>
    /// <param name="device">The device.</param>
    /// <param name="work">What is computed.</param>
    /// <param name="kernels">The kernels; the caller keeps owning them.</param>
    /// <param name="views">The views of each slot of the arena.</param>
    /// <param name="layout">Bytes of the buffers.</param>
    public GpuTileJob(GpuDevice device, Work work, GpuKernels kernels, GpuArenaViews[] views, GpuArenaLayout layout)
    {
        (_work, _kernels, _views) = (work, kernels, views);
        _pinned = new PinnedBuffer(device.Accelerator, layout.PinnedBytes);
        _guidanceAt = DeviceArena.Aligned(layout.Samples);
        _positionsAt = _guidanceAt + DeviceArena.Aligned(layout.Guidance);
        _maskAt = _positionsAt + DeviceArena.Aligned(layout.Positions);
        _flagAt = layout.UpBytes;
        _resultAt = _flagAt + GpuArenaLayout.Flag;
    }

    /// <summary>Whether a feature of the last tile was not a number.</summary>
    public bool NotANumber => *(int*)(_pinned.Pointer + _flagAt) != 0;

    /// <summary>
    /// What came down of the last tile: classes, margins (groups x pixels), planes (planes x pixels), rows, or what
    /// <see cref="TilePredictions.TakeSmoothed"/> takes. It lies in the job's own
    /// memory, until the job is run again or released.
    /// </summary>
    public byte* Result => _pinned.Pointer + _resultAt;

    /// <summary>Bytes of the present tile's samples.</summary>
    private long SampleBytes => (long)_shape.Width * _shape.Height * _work.Channels * _type.Bytes();

    /// <summary>Bytes of the present core's float planes.</summary>
    private long PlaneBytes => (long)_shape.CorePixels * _work.PlaneCount * sizeof(float);

    /// <summary>Copies a tile's samples to where the device reads them, and notes what is to be done with the tile.</summary>
    public void Take(Tile tile, TileVerb verb)
    {
        _verb = verb;
        _shape = new TileShape
        {
            Width = (int)tile.Bounds.Width,
            Height = (int)tile.Bounds.Height,
            CoreX = (int)(tile.Core.X - tile.Bounds.X),
            CoreY = (int)(tile.Core.Y - tile.Bounds.Y),
            CoreWidth = (int)tile.Core.Width,
            CoreHeight = (int)tile.Core.Height,
        };
        (_read, _core) = (tile.Bounds, tile.Core);
        (_type, _map, _guide) = (tile.Type, tile.Map, SampleMap.OfKnown(tile.Page));
        Buffer.MemoryCopy(tile.Samples, _pinned.Pointer, SampleBytes, SampleBytes);
    }

    /// <summary>Notes what is smoothed of the present tile, and copies the mask to where the device reads it.</summary>
    public void Take(SmoothingRequest smoothing)
    {
        (_smoothed, _masked) = (smoothing.Core, smoothing.Mask != null);
        if (_masked)
        {
            Buffer.MemoryCopy(smoothing.Mask, _pinned.Pointer + _maskAt, _core.Pixels, _core.Pixels);
        }
    }

    /// <summary>Reads the samples around a core that a learned upsampler looks at, to where the device reads them.</summary>
    /// <exception cref="FastSegException">The file is corrupt there, or a sample is not finite.</exception>
    public void TakeGuidance(Region core)
    {
        Region seen = _kernels.Deep?.Guidance(core) ?? default;
        ImageReader image = _work.DeepSource;
        ImageInfo info = image.Info;
        _guidanceBytes = seen.Pixels * info.PixelBytes;
        if (seen.IsEmpty)
        {
            return;
        }
        image.Read(seen, new Span<byte>(_pinned.Pointer + _guidanceAt, checked((int)_guidanceBytes)));
        if (!SampleChecks.AllFinite(_pinned.Pointer + _guidanceAt, seen.Pixels * info.Channels, info.Type))
        {
            throw SampleSearch.FirstNotFinite(image);
        }
    }

    /// <summary>
    /// Notes the offsets of a core's labelled pixels in the core and, where their rows stay on the device, behind the offsets their ranks.
    /// </summary>
    /// <param name="labels">The image's labelled pixels.</param>
    /// <param name="core">The core.</param>
    /// <param name="resident">Where the rows go on the device; null where they come down.</param>
    public void Take(LabelledPixels labels, Region core, DeviceRows? resident)
    {
        (_resident, _firstRow, _labelled) = (resident, labels.FirstRow, labels.CountIn(core));
        int* offsets = (int*)(_pinned.Pointer + _positionsAt), ranks = offsets + _labelled;
        for (long y = core.Y; y < core.Bottom; y++)
        {
            (int first, int end) = labels.Ranks(core.X, y, core.Width);
            for (int rank = first; rank < end; rank++)
            {
                *offsets++ = (int)(((y - core.Y) * core.Width) + labels.Column(rank) - core.X);
                if (resident is not null)
                {
                    *ranks++ = rank;
                }
            }
        }
    }

    /// <inheritdoc/>
    public override void Enqueue(AcceleratorStream stream, int slot)
    {
        GpuArenaViews views = _views[slot];
        views.Samples.SubView(0, SampleBytes).CopyFrom(stream, View(0, SampleBytes));
        if (_verb == TileVerb.Predict)
        {
            Predict(stream, views);
            return;
        }
        Fill(stream, views, new FloatSink { Planes = views.Planes, PlaneStride = _shape.CorePixels });
        if (_verb == TileVerb.Gather)
        {
            Collect(stream, views);
            return;
        }
        View(_resultAt, PlaneBytes).CopyFrom(stream, views.Planes.Cast<byte>().SubView(0, PlaneBytes));
    }

    /// <summary>Frees the page-locked memory, on the device's thread.</summary>
    public void Release()
    {
        _pinned.Dispose();
        Dispose();
    }

    /// <summary>Queues everything that computes the features of the core, classical and deep, and stores them into a sink.</summary>
    private void Fill<TSink>(AcceleratorStream stream, GpuArenaViews views, TSink sink) where TSink : struct, IPlaneSink
    {
        _kernels.Filters.Run(stream, _shape, views.Samples.SubView(0, SampleBytes), _type, _work.Channels, views.Scratch, sink, _map);
        if (_kernels.Deep is null)
        {
            return;
        }
        ArrayView<byte> guidance = DeviceArena.Part(views.Guidance, 0, _guidanceBytes);
        if (_guidanceBytes > 0)
        {
            guidance.CopyFrom(stream, View(_guidanceAt, _guidanceBytes));
        }
        _kernels.Deep.Fill(stream, _core, guidance, sink, _work.PlaneCount - _work.DeepChannels, views.Upsampling);
    }

    /// <summary>Queues binned features, the walk over the trees, and the download of the flag and of classes or margins.</summary>
    private void Predict(AcceleratorStream stream, GpuArenaViews views)
    {
        int pixels = _shape.CorePixels;
        views.Flag.MemSetToZero(stream);
        Fill(stream, views, _kernels.Forest!.Sink(views.Bins, views.Flag, pixels));
        long marginBytes = _work.Margins ? (long)pixels * _work.Forest!.Groups * sizeof(float) : 0;
        ArrayView<float> margins = DeviceArena.Part(views.Margins, 0, marginBytes / sizeof(float));
        _kernels.Forest.Run(stream, views.Bins, pixels, pixels, views.Labels.SubView(0, pixels), margins);
        View(_flagAt, sizeof(int)).CopyFrom(stream, views.Flag.Cast<byte>());
        if (_work.SmoothsOnDevice)
        {
            Smooth(stream, views);
            return;
        }
        if (_work.Margins)
        {
            View(_resultAt, marginBytes).CopyFrom(stream, margins.Cast<byte>());
            return;
        }
        View(_resultAt, pixels).CopyFrom(stream, views.Labels.SubView(0, pixels));
    }

    /// <summary>Queues the smoothing and the download of its results.</summary>
    private void Smooth(AcceleratorStream stream, GpuArenaViews views)
    {
        if (_masked)
        {
            views.Mask.SubView(0, _core.Pixels).CopyFrom(stream, View(_maskAt, _core.Pixels));
        }
        _kernels.Smoothing!.Run(stream, views, _type, _guide, _read, _core, _smoothed, _masked);
        long pixels = _smoothed.Pixels, bytes = GpuSmoothing.ResultBytes(_work, _smoothed);
        if (_work.Smoothing.Mode == SmoothingMode.Safe)
        {
            View(_resultAt, bytes - pixels).CopyFrom(stream, views.Chosen.Cast<byte>().SubView(0, bytes - pixels));
            View(_resultAt + bytes - pixels, pixels).CopyFrom(stream, views.Labels.SubView(0, pixels));
            return;
        }
        ArrayView<byte> result = _work.Probabilities ? views.Smoothed.Cast<byte>() : views.Labels;
        View(_resultAt, bytes).CopyFrom(stream, result.SubView(0, bytes));
    }

    /// <summary>Queues the gathering of labelled pixels' rows from the float planes, and the rows' download unless they stay.</summary>
    private void Collect(AcceleratorStream stream, GpuArenaViews views)
    {
        bool stays = _resident is not null;
        long positionBytes = (long)_labelled * (stays ? 2 : 1) * sizeof(int), rowBytes = (long)_labelled * _work.PlaneCount * sizeof(float);
        views.Positions.Cast<byte>().SubView(0, positionBytes).CopyFrom(stream, View(_positionsAt, positionBytes));
        _kernels.Gather!.Run(stream, new GatherRows
        {
            Planes = views.Planes,
            Pixels = views.Positions.SubView(0, _labelled),
            RowOf = stays ? views.Positions.SubView(_labelled, _labelled) : ArrayView<int>.Empty,
            Rows = stays ? _resident!.View : views.Rows,
            FirstRow = stays ? _firstRow : 0,
            PlaneStride = _shape.CorePixels,
            Features = _work.PlaneCount,
            Count = _labelled,
        });
        if (!stays)
        {
            View(_resultAt, rowBytes).CopyFrom(stream, views.Rows.Cast<byte>().SubView(0, rowBytes));
        }
    }

    /// <summary>ILGPU's view of a part of the page-locked memory.</summary>
    private ArrayView<byte> View(long at, long bytes) => _pinned.View(at, bytes);
}
