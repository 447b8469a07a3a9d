using FastSeg.Gpu;
using FastSeg.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace FastSeg.Features.Local;

/// <summary>Launches both passes of the standardisation by a pixel's neighbourhood; it owns the taps on the device.</summary>
internal sealed class LocalStandardisationGpu : IDisposable
{
    private const int Alignment = 256 / sizeof(float);

    private readonly LocalRowsGpu _rows;
    private readonly LocalColumnsGpu _columns;
    private readonly DeviceTable<float> _taps;

    /// <summary>Uploads the taps and compiles the kernels.</summary>
    public LocalStandardisationGpu(GpuDevice device, double sigma)
    {
        _rows = new LocalRowsGpu(device);
        _columns = new LocalColumnsGpu(device);
        _taps = new DeviceTable<float>(device, LocalStandardisation.Taps(sigma));
    }

    /// <summary>Bytes of the taps on the device.</summary>
    public static long TableBytes(double sigma) => DeviceTable<float>.Bytes(LocalStandardisation.Radius(sigma) + 1);

    /// <summary>Bytes of scratch that <see cref="Run"/> needs for a rectangle that is in every measure at most as large.</summary>
    public static long ScratchBytes(LocalShape largest)
    {
        (long sums, long shifts, long cells) = Parts(largest);
        return (sums + (2 * shifts) + cells) * sizeof(float);
    }

    /// <summary>Describes a rectangle.</summary>
    /// <param name="sigma">The window's standard deviation.</param>
    /// <param name="read">What was read: the wanted pixels and the window's radius around them, as far as the image goes.</param>
    /// <param name="wanted">The wanted pixels.</param>
    /// <param name="channels">Channels of a pixel.</param>
    /// <param name="masked">Whether pixels may be left out.</param>
    public static LocalShape Shape(double sigma, Region read, Region wanted, int channels, bool masked)
    {
        int cell = LocalStandardisation.Cell(sigma);
        return new LocalShape
        {
            Width = checked((int)read.Width),
            Height = checked((int)read.Height),
            CellX = (int)(read.X % cell),
            CellY = (int)(read.Y % cell),
            X = (int)(wanted.X - read.X),
            Y = (int)(wanted.Y - read.Y),
            WantedWidth = (int)wanted.Width,
            WantedHeight = (int)wanted.Height,
            Channels = channels,
            Cell = cell,
            Radius = LocalStandardisation.Radius(sigma),
            Masked = masked ? 1 : 0,
        };
    }

    /// <summary>Queues the standardisation of a rectangle.</summary>
    /// <param name="stream">Where the launches are queued.</param>
    /// <param name="shape">The rectangle.</param>
    /// <param name="pixels">A plane a channel of the samples as they are stored.</param>
    /// <param name="kept">A byte a pixel, 0 where it is left out; empty without a mask.</param>
    /// <param name="scratch">At least <see cref="ScratchBytes"/>, aligned to 256 bytes; not to be used by another stream meanwhile.</param>
    /// <param name="planes">Receives a plane of wanted pixels a channel.</param>
    public void Run(
        AcceleratorStream stream, LocalShape shape, ArrayView<float> pixels, ArrayView<byte> kept, ArrayView<byte> scratch,
        ArrayView<float> planes)
    {
        (long sums, long shifts, long cells) = Parts(shape);
        ArrayView<float> floats = scratch.SubView(0, ScratchBytes(shape)).Cast<float>();
        ArrayView<float> rowSums = floats.SubView(0, sums), rowShifts = floats.SubView(sums, shifts);
        ArrayView<int> counts = floats.SubView(sums + shifts, shifts).Cast<int>();
        ArrayView<float> cellShifts = floats.SubView(sums + (2 * shifts), cells), taps = _taps.View;
        _rows.Run(stream, shape, pixels, kept, rowShifts, counts, taps, rowSums);
        _columns.Run(stream, shape, pixels, rowShifts, counts, cellShifts, taps, rowSums, planes);
    }

    /// <inheritdoc/>
    public void Dispose() => _taps.Dispose();

    /// <summary>Floats of the rows' sums, of their shifts and of the cells' shifts. One cell more than fit may be touched.</summary>
    private static (long Sums, long Shifts, long Cells) Parts(LocalShape shape)
    {
        long across = (shape.WantedWidth / shape.Cell) + 2, down = (shape.WantedHeight / shape.Cell) + 2;
        return (Whole(3L * shape.WantedWidth * shape.Height), Whole(across * shape.Height), Whole(across * down));
    }

    /// <summary>Rounds up to a multiple of 256 bytes.</summary>
    private static long Whole(long floats) => (floats + Alignment - 1) / Alignment * Alignment;
}
