using System.Diagnostics;
using FastSeg.Common;
using FastSeg.Deep.Backbones;
using FastSeg.Files;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Native;

namespace FastSeg.Deep.Tokens;

/// <summary>
/// Low-resolution deep features of a whole image at one scale: channels x rows x columns of float32, a cell for each patch. They depend on
/// the image, the backbone, the projection, the scale and the window policy, and never on tiles or memory.
/// </summary>
internal sealed unsafe class LowResolution : IDisposable
{
    private readonly HostBuffer? _values;
    private readonly MappedFile? _file;

    /// <summary>Allocates features; the caller fills them through <see cref="Plane"/>.</summary>
    /// <param name="channels">Planes.</param>
    /// <param name="rows">Rows of cells.</param>
    /// <param name="columns">Columns of cells.</param>
    /// <param name="patch">Pixels from a cell to the next.</param>
    /// <param name="overlap">Pixels that a cell shares with the next.</param>
    /// <param name="onDisk">Whether the values lie in a file without a name, of which only what is in use is resident.</param>
    /// <param name="written">The rows of cells that are ever written, for which the disk keeps room; null for all.</param>
    /// <exception cref="FastSegException">There is no such memory, or the temporary folder cannot hold the file.</exception>
    public LowResolution(
        int channels, long rows, long columns, int patch, int overlap = 0, bool onDisk = false, (long From, long To)? written = null)
    {
        (Channels, Rows, Columns, Patch, Overlap) = (channels, rows, columns, patch, overlap);
        long bytes = checked(channels * rows * columns * sizeof(float));
        long row = columns * sizeof(float);
        (long from, long to) = written ?? (0, rows);
        _file = onDisk
            ? new MappedFile(
                bytes, "deep features",
                from == to ? [] : Enumerable.Range(0, channels).Select(channel => (((channel * rows) + from) * row, (to - from) * row)))
            : null;
        _values = onDisk ? null : new HostBuffer(bytes);
    }

    /// <summary>Planes.</summary>
    public int Channels { get; }

    /// <summary>Rows of cells.</summary>
    public long Rows { get; }

    /// <summary>Columns of cells, and floats from a row to the next.</summary>
    public long Columns { get; }

    /// <summary>
    /// Pixels from a cell to the next, and a cell's side unless cells overlap; cell (i, j) begins at row i p and column j p.
    /// </summary>
    public int Patch { get; }

    /// <summary>Pixels that a cell shares with the next, so much its side is larger than <see cref="Patch"/>: 0 without shifts.</summary>
    public int Overlap { get; }

    /// <summary>First cell of a channel. Its rows x columns values lie back to back, and so do the channels.</summary>
    public float* Plane(int channel) => (float*)(_values is null ? _file!.Pointer : _values.Pointer) + (channel * Rows * Columns);

    /// <summary>All values as they lie in memory; not for those on the disk.</summary>
    public HostBuffer Values => _values ?? throw new InvalidOperationException("These features lie on the disk.");

    /// <summary>Whether the values lie in a file.</summary>
    public bool IsOnDisk => _file is not null;

    /// <summary>Copies some cells of features on the disk, of which none becomes resident.</summary>
    /// <param name="cells">Which.</param>
    /// <param name="to">Receives channels x rows x columns of them.</param>
    public void Read(Region cells, float* to)
    {
        for (long channel = 0; channel < Channels; channel++)
        {
            for (long y = cells.Y; y < cells.Bottom; y++, to += cells.Width)
            {
                long at = (((channel * Rows) + y) * Columns) + cells.X;
                _file!.Read(at * sizeof(float), new Span<byte>(to, checked((int)cells.Width * sizeof(float))));
            }
        }
    }

    /// <summary>Lets go of what is resident of a file; other threads may read and write meanwhile.</summary>
    public void Drop() => _file?.Drop();

    /// <summary>Whether features of so many bytes can lie on the disk.</summary>
    public static bool FitOnDisk(long bytes) => MappedFile.Fits(bytes);

    /// <summary>Bytes held for an image, or written of it on the disk.</summary>
    /// <param name="info">The image.</param>
    /// <param name="patch">Pixels from a cell to the next.</param>
    /// <param name="channels">Planes.</param>
    /// <param name="needed">The pixels whose rows of cells are written; null for all.</param>
    public static long Bytes(ImageInfo info, int patch, int channels, NeededPixels? needed = null)
    {
        long rows = LowResolutionTokens.Cells(info.Height, patch);
        (long from, long to) = needed?.Cells(patch, rows) ?? (0, rows);
        return checked((to - from) * LowResolutionTokens.Cells(info.Width, patch) * channels * sizeof(float));
    }

    /// <summary>Runs the backbone over an image and projects its tokens.</summary>
    /// <param name="backbone">The network.</param>
    /// <param name="projection">The model's projection.</param>
    /// <param name="image">The image.</param>
    /// <param name="map">How samples become what the network sees.</param>
    /// <param name="policy">The model's windows.</param>
    /// <param name="times">Gets the time of the network and of the projection, or null.</param>
    /// <param name="run">Told the fraction of windows done, and may stop between two windows; null for neither.</param>
    /// <param name="scale">How many times the page is enlarged for the network: 1 or 2. Cells cover fewer pixels accordingly.</param>
    /// <param name="atOnce">Windows that run at once; they do not change the result.</param>
    /// <param name="needed">The pixels whose cells are needed; others may have any values. Null for all.</param>
    /// <param name="onDisk">Whether the result lies on the disk.</param>
    /// <exception cref="FastSegException">
    /// The file is corrupt, a sample or a token is not finite, ONNX Runtime failed, or the temporary folder cannot hold the result.
    /// </exception>
    public static LowResolution Compute(
        Backbone backbone, SharedPca projection, ImageReader image, InputMap map, WindowPolicy policy,
        StageTimes? times = null, ComputeOptions? run = null, int scale = 1, int atOnce = 1, NeededPixels? needed = null,
        bool onDisk = false)
    {
        projection.CheckFits(backbone);
        using var tokens = new LowResolutionTokens(backbone, image, map, policy, scale, atOnce);
        int patch = backbone.Description.Patch / scale;
        (long from, long to) = needed is null || !onDisk ? (0, tokens.Rows) : needed.Cells(patch, tokens.Rows);
        var result = new LowResolution(projection.Channels, tokens.Rows, tokens.Columns, patch, onDisk: onDisk, written: (from, to));
        try
        {
            void Take(long row, float* cells)
            {
                // The disk keeps no room for other rows, which the windows of those that are needed bring along.
                if (row < from || row >= to)
                {
                    return;
                }
                projection.Project(cells, (int)result.Columns, result.Plane(0) + (row * result.Columns), result.Rows * result.Columns);
                result.CheckFinite(backbone, row);
                result.Drop();
            }
            // A new file is full of zeros.
            if (needed is not null && !onDisk)
            {
                result.Clear();
            }
            long windows = tokens.Run(Take, run ?? new ComputeOptions(), times, needed);
            // What the network sees.
            long pixels = (long)((double)image.Info.Bounds.Pixels * scale * scale * windows / tokens.Windows);
            times?.Add(Stage.Vit, Stopwatch.GetTimestamp(), pixels);
            times?.Add(Stage.Projection, Stopwatch.GetTimestamp(), pixels);
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _values?.Dispose();
        _file?.Dispose();
    }

    /// <summary>Makes all values 0, so that those of rows which are left out are some number.</summary>
    private void Clear()
    {
        for (long row = 0; row < Channels * Rows; row++)
        {
            new Span<float>(Plane(0) + (row * Columns), (int)Columns).Clear();
        }
    }

    private void CheckFinite(Backbone backbone, long row)
    {
        for (int channel = 0; channel < Channels; channel++)
        {
            float* cells = Plane(channel) + (row * Columns);
            if (!SampleChecks.AllFinite((byte*)cells, Columns, SampleType.Float32))
            {
                throw backbone.NotFinite($"in the row of patches at y {row * Patch}");
            }
        }
    }
}
