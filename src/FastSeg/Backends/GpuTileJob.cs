using FastSeg.Forest.Training;
using FastSeg.Gpu;
using FastSeg.Images;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace FastSeg.Backends;

/// <summary>One worker's tile on its way: its page-locked memory, and what is put into a stream.</summary>
internal sealed unsafe class GpuTileJob : GpuJob
{
    private readonly Work _work;
    private readonly GpuKernels _kernels;
    private readonly GpuArenaViews[] _views;
    private readonly PinnedBuffer _pinned;
    private readonly long _guidanceAt, _positionsAt, _flagAt, _resultAt;
    private TileShape _shape;
    private SampleType _type;
    private TileVerb _verb;
    private Region _core;
    private long _guidanceBytes;
    private int _labelled;
    private long _firstRow;
    private DeviceRows? _resident;

    /// <summary>Allocates page-locked memory, on the device's thread.</summary>
    public GpuTileJob(GpuDevice device, Work work, GpuKernels kernels, GpuArenaViews[] views, GpuArenaLayout layout)
    {
        (_work, _kernels, _views) = (work, kernels, views);
        _pinned = new PinnedBuffer(device.Accelerator, layout.PinnedBytes);
        _guidanceAt = DeviceArena.Aligned(layout.Samples);
        _positionsAt = _guidanceAt + DeviceArena.Aligned(layout.Guidance);
        _flagAt = layout.UpBytes;
        _resultAt = _flagAt + GpuArenaLayout.Flag;
    }

    /// <summary>Whether a feature of the last tile was not a number.</summary>
    public bool NotANumber => *(int*)(_pinned.Pointer + _flagAt) != 0;

    /// <summary>What came down of the last tile: classes, margins (groups x pixels), planes (planes x pixels), or rows.</summary>
    public byte* Result => _pinned.Pointer + _resultAt;

    private long SampleBytes => (long)_shape.Width * _shape.Height * _work.Channels * _type.Bytes();

    private long PlaneBytes => (long)_shape.CorePixels * _work.PlaneCount * sizeof(float);

    /// <summary>Copies a tile's samples to where the device reads them, and notes what is to be done with them.</summary>
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
        _core = tile.Core;
        _type = tile.Type;
        Buffer.MemoryCopy(tile.Samples, _pinned.Pointer, SampleBytes, SampleBytes);
    }

    /// <summary>Reads what a learned upsampler looks at around a core.</summary>
    /// <exception cref="FastSegException">The file is corrupt there, or a sample is not finite.</exception>
    public void TakeGuidance(Region core)
    {
        Region seen = _kernels.Deep?.Guidance(core) ?? default;
        ImageInfo info = _work.Image.Info;
        _guidanceBytes = seen.Pixels * info.PixelBytes;
        if (seen.IsEmpty)
        {
            return;
        }
        _work.Image.Read(seen, new Span<byte>(_pinned.Pointer + _guidanceAt, checked((int)_guidanceBytes)));
        if (!SampleChecks.AllFinite(_pinned.Pointer + _guidanceAt, seen.Pixels * info.Channels, info.Type))
        {
            throw SampleSearch.FirstNotFinite(_work.Image);
        }
    }

    /// <summary>
    /// Writes down where the labelled pixels of a core lie in it and, where their rows stay on the device, behind that their ranks.
    /// </summary>
    public void Take(LabelledPixels labels, Region core, DeviceRows? resident)
    {
        (_resident, _firstRow, _labelled) = (resident, labels.FirstRow, labels.CountIn(core));
        int* position = (int*)(_pinned.Pointer + _positionsAt), at = position + _labelled;
        for (long y = core.Y; y < core.Bottom; y++)
        {
            (int first, int end) = labels.Ranks(core.X, y, core.Width);
            for (int rank = first; rank < end; rank++)
            {
                *position++ = (int)(((y - core.Y) * core.Width) + labels.Column(rank) - core.X);
                if (resident is not null)
                {
                    *at++ = rank;
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

    /// <summary>Gives the page-locked memory back, on the device's thread.</summary>
    public void Release()
    {
        _pinned.Dispose();
        Dispose();
    }

    private void Fill<TSink>(AcceleratorStream stream, GpuArenaViews views, TSink sink) where TSink : struct, IPlaneSink
    {
        _kernels.Filters.Run(stream, _shape, views.Samples.SubView(0, SampleBytes), _type, _work.Channels, views.Scratch, sink);
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

    private void Predict(AcceleratorStream stream, GpuArenaViews views)
    {
        int pixels = _shape.CorePixels;
        views.Flag.MemSetToZero(stream);
        Fill(stream, views, _kernels.Forest!.Sink(views.Bins, views.Flag, pixels));
        long marginBytes = _work.Margins ? (long)pixels * _work.Forest!.Groups * sizeof(float) : 0;
        ArrayView<float> margins = DeviceArena.Part(views.Margins, 0, marginBytes / sizeof(float));
        _kernels.Forest.Run(stream, views.Bins, pixels, pixels, views.Labels.SubView(0, pixels), margins);
        View(_flagAt, sizeof(int)).CopyFrom(stream, views.Flag.Cast<byte>());
        if (_work.Margins)
        {
            View(_resultAt, marginBytes).CopyFrom(stream, margins.Cast<byte>());
            return;
        }
        View(_resultAt, pixels).CopyFrom(stream, views.Labels.SubView(0, pixels));
    }

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

    private ArrayView<byte> View(long at, long bytes) => _pinned.View(at, bytes);
}
