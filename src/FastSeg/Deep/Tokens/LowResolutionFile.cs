using FastSeg.Files;
using FastSeg.Images;
using FastSeg.Images.Npy;
using FastSeg.Images.Samples;
using FastSeg.Native;

namespace FastSeg.Deep.Tokens;

/// <summary>
/// Low-resolution features in an npy file, channels x rows x columns of float32, read part by part. Safe for several threads.
/// </summary>
internal sealed unsafe class LowResolutionFile : IDisposable
{
    private const string Float32 = "<f4";

    private readonly InputFile _file;
    private readonly long _data;

    private LowResolutionFile(InputFile file, NpyHeader header)
    {
        (_file, _data) = (file, header.DataOffset);
        (long channels, long rows, long columns) = (header.Shape[0], header.Shape[1], header.Shape[2]);
        (Channels, Rows, Columns) = (checked((int)channels), checked((int)rows), checked((int)columns));
    }

    /// <summary>Channels.</summary>
    public int Channels { get; }

    /// <summary>Rows of cells.</summary>
    public int Rows { get; }

    /// <summary>Columns of cells.</summary>
    public int Columns { get; }

    /// <summary>Opens a file and checks its header and length.</summary>
    /// <param name="path">The file.</param>
    /// <param name="channels">Channels that are needed.</param>
    /// <param name="reader">What needs them, for sentences.</param>
    /// <param name="image">The guidance; every cell must cover at least a pixel of it.</param>
    /// <exception cref="FastSegException">It is missing, truncated, of another type, or does not fit.</exception>
    public static LowResolutionFile Open(string path, int channels, string reader, ImageInfo image)
    {
        if (!File.Exists(path))
        {
            throw new FastSegException($"{path} does not exist; give the npy file of the low-resolution features.");
        }
        InputFile file = InputFile.Open(path, path);
        try
        {
            return new LowResolutionFile(file, Header(file, channels, reader, image));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads a rectangle of cells of every channel; the channels follow each other.</summary>
    /// <exception cref="FastSegException">The disk fails, or a value is not finite.</exception>
    public void Read(Region cells, float* to)
    {
        byte* row = (byte*)to;
        long bytes = cells.Width * sizeof(float);
        for (int channel = 0; channel < Channels; channel++)
        {
            for (long y = cells.Y; y < cells.Bottom; y++, row += bytes)
            {
                _file.Read(_data + (((((channel * (long)Rows) + y) * Columns) + cells.X) * sizeof(float)), row, bytes);
            }
        }
        if (!SampleChecks.AllFinite((byte*)to, Channels * cells.Pixels, SampleType.Float32))
        {
            throw _file.Unsupported("has a value that is not finite", "features must be finite numbers");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static NpyHeader Header(InputFile file, int needed, string reader, ImageInfo image)
    {
        Span<byte> magic = stackalloc byte[NpyHeader.Magic.Length];
        if (file.Length < 12)
        {
            throw file.Bad("is no npy file");
        }
        file.Read(0, magic);
        if (!magic.SequenceEqual(NpyHeader.Magic))
        {
            throw file.Unsupported("is no npy file", "save the features with numpy.save");
        }
        NpyHeader header = NpyHeader.Read(file);
        string shape = string.Join(" x ", header.Shape);
        if (header.Descr != Float32 || header.FortranOrder || header.Shape.Count != 3)
        {
            string order = header.FortranOrder ? " in Fortran order" : "";
            throw file.Unsupported(
                $"holds {shape} of type {header.Descr}{order}", "features are k x h x w of type <f4 (float32) in C order");
        }
        (long channels, long rows, long columns) = (header.Shape[0], header.Shape[1], header.Shape[2]);
        if (channels != needed)
        {
            throw file.Unsupported(
                $"holds {shape} features, {channels} channels", $"{reader} takes {needed}; the first axis counts channels");
        }
        if (rows < 1 || columns < 1 || rows > image.Height || columns > image.Width)
        {
            throw file.Unsupported(
                $"holds {rows} x {columns} cells",
                $"{image.Name} has {image.Height} x {image.Width} pixels, and every cell must cover at least one");
        }
        return file.Holds(header.DataOffset, checked(channels * rows * columns * sizeof(float)))
            ? header
            : throw file.Bad($"is truncated: {shape} features do not fit into {file.Length} bytes");
    }
}
