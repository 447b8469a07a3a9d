using FastSeg.Files;
using FastSeg.Native;
using NetVips;

namespace FastSeg.Images.Pictures;

/// <summary>
/// A PNG, JPEG or WebP. libvips decodes all of it when the first pixel is wanted, because these formats give no random access. Alpha is
/// dropped; Exif orientation is not applied, as with Pillow and scikit-image.
/// </summary>
internal sealed unsafe class VipsReader : ImageReader
{
    private readonly InputFile _file;
    private readonly CodedImage _image;
    private readonly object _gate = new();
    private VipsMemory? _pixels;
    private FastSegException? _failure;

    private VipsReader(InputFile file, CodedImage image)
    {
        _file = file;
        _image = image;
        Info = new ImageInfo(file.Name, image.Width, image.Height, image.Channels, image.Type)
        {
            Format = image.Format,
            Orientation = image.Orientation,
            HasAlpha = image.HasAlpha,
            IsPalette = image.IsPalette,
            IsLossy = image.IsLossy,
            Classes = image.Classes,
        };
    }

    public override ImageInfo Info { get; }

    /// <summary>Whether a file's first 12 bytes are those of one of the formats.</summary>
    public static bool Matches(ReadOnlySpan<byte> magic) =>
        magic.StartsWith(PngChunks.Signature) || IsJpeg(magic) || IsWebp(magic);

    /// <summary>Reads the header. Nothing is decoded yet.</summary>
    /// <param name="file">The file; the reader owns it once this returns.</param>
    /// <param name="magic">Its first 12 bytes.</param>
    /// <param name="labels">Whether a palette's indices are wanted instead of its colours, and alpha with them.</param>
    /// <exception cref="FastSegException">
    /// The header is damaged, or claims more than the file can hold, or the program was shipped without libvips.
    /// </exception>
    public static VipsReader Open(InputFile file, ReadOnlySpan<byte> magic, bool labels)
    {
        // Asked for now, because the first pixel may be wanted only after a long computation.
        VipsLibrary.Need(file, IsJpeg(magic) ? "a JPEG" : IsWebp(magic) ? "a WebP" : "a PNG");
        return new VipsReader(file, IsJpeg(magic) ? JpegHeader.Read(file)
            : IsWebp(magic) ? WebpHeader.Read(file, labels)
            : PngHeader.Read(file, labels));
    }

    public override long HeldBytes(int threads)
    {
        lock (_gate)
        {
            return _pixels is null ? _image.HeldBytes : 0;
        }
    }

    internal override long FirstPassBytes(int threads)
    {
        lock (_gate)
        {
            return _pixels is null ? _image.OnlyDecodingBytes : 0;
        }
    }

    public override void Read(Region region, Span<byte> destination)
    {
        ImageReading.Check(Info, region, destination.Length);
        VipsMemory pixels = Pixels();
        int pixel = Info.PixelBytes, rowBytes = checked((int)(region.Width * pixel));
        for (int y = 0; y < region.Height; y++)
        {
            byte* row = pixels.Pointer + ((((region.Y + y) * Info.Width) + region.X) * pixel);
            new ReadOnlySpan<byte>(row, rowBytes).CopyTo(destination[(int)((long)y * rowBytes)..]);
        }
    }

    protected override void Dispose(bool disposing)
    {
        _pixels?.Dispose();
        _image.Data.Dispose();
        _file.Dispose();
    }

    private static bool IsJpeg(ReadOnlySpan<byte> magic) => magic.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]);

    private static bool IsWebp(ReadOnlySpan<byte> magic) => magic.StartsWith("RIFF"u8) && magic[8..].StartsWith("WEBP"u8);

    /// <summary>The decoded image. The first thread that wants it decodes it; a failure is kept and thrown to every later caller.</summary>
    private VipsMemory Pixels()
    {
        lock (_gate)
        {
            if (_failure is not null)
            {
                throw new FastSegException(_failure.Message, _failure);
            }
            if (_pixels is null)
            {
                try
                {
                    _pixels = Decode();
                    FreedMemory.Return();
                }
                catch (FastSegException e)
                {
                    _failure = e;
                    throw;
                }
            }
            return _pixels;
        }
    }

    private VipsMemory Decode()
    {
        VipsMemory? pixels = null;
        try
        {
            _image.Data.Position = 0;
            using Image image = Load(_image.Data);
            bool sixteen = _image.Type == SampleType.UInt16;
            if (image.Width != _image.Width || image.Height != _image.Height || image.Bands < _image.Channels
                || image.Format != (sixteen ? Enums.BandFormat.Ushort : Enums.BandFormat.Uchar))
            {
                throw _file.Bad(
                    $"is damaged: its header promises {_image.Width} x {_image.Height} x {_image.Channels} {_image.Type.Name()}, " +
                    $"decoded it is {image.Width} x {image.Height} x {image.Bands} {image.Format}");
            }
            pixels = VipsMemory.Decode(image);
            KeepChannels(pixels.Pointer, image.Bands);
            return pixels;
        }
        catch (Exception e)
        {
            pixels?.Dispose();
            // Where the file could not be read, that is the cause, whatever libvips makes of the early end.
            throw _image.Data.Failure ?? e as FastSegException
                ?? _file.Bad($"is damaged or truncated ({_image.Loader}: {InputFile.OneLine(e.Message)})", e);
        }
    }

    /// <summary>Decodes with the loader of the format. No other loader is ever reached, whatever else libvips was built with.</summary>
    private Image Load(FileParts data) => _image.Loader switch
    {
        "PNG" => Image.PngloadStream(data, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error),
        "JPEG" => Image.JpegloadStream(data, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error),
        _ => Image.WebploadStream(data, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error),
    };

    /// <summary>Drops alpha and divides the indices of a small palette back to their range, in place.</summary>
    private void KeepChannels(byte* pixels, int bands)
    {
        long count = _image.Width * _image.Height;
        if (bands != _image.Channels)
        {
            ImageReading.TakeChannels(pixels, bands, pixels, _image.Channels, count, _image.Type.Bytes());
        }
        for (long i = 0; _image.Divisor > 1 && i < count; i++)
        {
            pixels[i] = (byte)(pixels[i] / _image.Divisor);
        }
    }
}
