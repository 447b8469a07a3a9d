using FastSeg.Native;

namespace FastSeg.Deep.Upsamplers;

/// <summary>Copies some cells of low-resolution features from where they lie: channels x rows x columns of them.</summary>
internal unsafe delegate void CellSource(Region cells, float* to);

/// <summary>
/// Reads the low-resolution features around a region of an upsampler's result from a file, a few rows of cells at a time, for one worker.
/// The network asks for each row once, from top to bottom. Not thread-safe.
/// </summary>
internal sealed unsafe class CellReaderCpu : IDisposable
{
    /// <summary>Rows of cells that are read together: 128 rows of pixels where a patch is 8.</summary>
    private const int Rows = 16;

    private readonly UpsamplerPlanCpu _plan;
    private readonly CellSource _source;
    private readonly HostBuffer _cells;

    /// <summary>The cells that the region depends on, and those of them that are held.</summary>
    private Region _part, _held;

    /// <summary>Allocates what the plan's widest region needs.</summary>
    public CellReaderCpu(UpsamplerPlanCpu plan, CellSource source)
    {
        (_plan, _source) = (plan, source);
        _cells = new HostBuffer(Bytes(plan));
    }

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes(UpsamplerPlanCpu plan) =>
        (long)plan.Network.Config.ChannelsIn * Rows * plan.FeatureColumns * sizeof(float);

    /// <summary>Begins a region: its features are read while the network asks for them, until the next one is begun.</summary>
    public LowFeatures Read(Region region)
    {
        (_part, _held) = (_plan.Features(region), default);
        return new LowFeatures(this, _plan.Network.Config.ChannelsIn, _plan.LowHeight, _plan.LowWidth);
    }

    /// <summary>A row of channel 0, so that the image's column x is at the pointer plus x. Valid until another row is asked for.</summary>
    /// <param name="row">The row, one that the region depends on.</param>
    /// <param name="planeStride">Floats from a channel to the next.</param>
    public float* Row(int row, out nint planeStride)
    {
        if (row < _held.Y || row >= _held.Bottom)
        {
            _held = new Region(_part.X, row, _part.Width, Math.Min(Rows, _part.Bottom - row));
            _source(_held, (float*)_cells.Pointer);
        }
        planeStride = (nint)_held.Pixels;
        return (float*)_cells.Pointer + ((nint)(row - _held.Y) * (nint)_held.Width) - (nint)_held.X;
    }

    /// <inheritdoc/>
    public void Dispose() => _cells.Dispose();
}

/// <summary>Low-resolution features of a whole image, or the part of them that a region of the result needs.</summary>
internal readonly unsafe struct LowFeatures
{
    private readonly float* _first;
    private readonly CellReaderCpu? _rows;

    /// <summary>Features of a whole image in memory.</summary>
    /// <param name="first">The first value; <c>channels x rows x columns</c> lie back to back.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="height">Rows of cells.</param>
    /// <param name="width">Columns of cells.</param>
    public LowFeatures(float* first, int channels, int height, int width)
    {
        _first = first;
        (Channels, Height, Width) = (channels, height, width);
    }

    /// <summary>Features whose rows are read when they are asked for.</summary>
    /// <param name="rows">What reads them.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="height">Rows of the whole image.</param>
    /// <param name="width">Columns of the whole image.</param>
    public LowFeatures(CellReaderCpu rows, int channels, int height, int width) =>
        (_rows, Channels, Height, Width) = (rows, channels, height, width);

    /// <summary>Channels.</summary>
    public int Channels { get; }

    /// <summary>Rows of the whole image.</summary>
    public int Height { get; }

    /// <summary>Columns of the whole image.</summary>
    public int Width { get; }

    /// <summary>A row of channel 0, so that the image's column x is at the pointer plus x. Valid until another row is asked for.</summary>
    /// <param name="row">The row.</param>
    /// <param name="planeStride">Floats from a channel to the next.</param>
    public float* Row(int row, out nint planeStride)
    {
        if (_rows is not null)
        {
            return _rows.Row(row, out planeStride);
        }
        planeStride = (nint)Height * Width;
        return _first + ((nint)row * Width);
    }
}
