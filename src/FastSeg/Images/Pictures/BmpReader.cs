using System.Buffers.Binary;
using System.Numerics;
using FastSeg.Files;
using FastSeg.Native;

namespace FastSeg.Images.Pictures;

/// <summary>
/// A BMP, of which each row is read from where it lies; runs are unpacked as a whole when the first pixel is wanted. We read it ourselves:
/// libvips does not, and other libraries hand out colours where labels are indices. A palette of greys comes as grey; alpha is dropped.
/// </summary>
internal sealed class BmpReader : ImageReader
{
    private readonly InputFile _file;
    private readonly BmpHeader _header;
    private readonly bool _indices;
    private readonly object _gate = new();
    private HostBuffer? _unpacked;

    private BmpReader(InputFile file, BmpHeader header, bool indices)
    {
        (_file, _header, _indices) = (file, header, indices && header.Palette.Length > 0);
        Info = new ImageInfo(file.Name, header.Width, header.Height, _indices || header.IsGrey ? 1 : 3, SampleType.UInt8)
        {
            Format = header.Describe(),
            Bits = Math.Min(header.Bits, 8),
            IsPalette = _indices,
        };
    }

    public override ImageInfo Info { get; }

    /// <summary>Whether a file begins like a BMP.</summary>
    public static bool Matches(ReadOnlySpan<byte> magic) => magic.StartsWith("BM"u8);

    /// <summary>Reads the headers.</summary>
    /// <param name="file">The file; the reader owns it once this returns.</param>
    /// <param name="indices">Whether a palette's indices are wanted instead of its colours.</param>
    /// <exception cref="FastSegException">The file is damaged or of a kind that is not read.</exception>
    public static BmpReader Open(InputFile file, bool indices) => new(file, BmpHeader.Read(file), indices);

    public override long HeldBytes(int threads) =>
        (_header.Runs && _unpacked is null ? _header.Width * _header.Height : 0) + (threads * (_header.RowBytes + (64 << 10)));

    public override void Read(Region region, Span<byte> destination)
    {
        ImageReading.Check(Info, region, destination.Length);
        long first = region.X * _header.Bits / 8, end = ((region.Right * _header.Bits) + 7) / 8;
        byte[] row = _header.Runs ? [] : new byte[end - first];
        int rowBytes = checked((int)region.Width * Info.Channels);
        for (long y = region.Y; y < region.Bottom; y++)
        {
            Span<byte> to = destination.Slice((int)((y - region.Y) * rowBytes), rowBytes);
            if (_header.Runs)
            {
                Unpack(Unpacked().Span<byte>((y * _header.Width) + region.X, (int)region.Width), 0, 8, to);
                continue;
            }
            long stored = _header.TopDown ? y : _header.Height - 1 - y;
            _file.Read(_header.Pixels + (stored * _header.RowBytes) + first, row);
            if (_header.Bits <= 8)
            {
                Unpack(row, (int)(region.X * _header.Bits % 8), _header.Bits, to);
            }
            else
            {
                Colours(row, to);
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        _unpacked?.Dispose();
        _file.Dispose();
    }

    /// <summary>Delivers indices of a row, the highest bits of a byte first: as they are, or as the palette's greys or colours.</summary>
    private void Unpack(ReadOnlySpan<byte> row, int skip, int bits, Span<byte> to)
    {
        int channels = Info.Channels, mask = (1 << bits) - 1;
        ReadOnlySpan<byte> palette = _header.Palette;
        for (int i = 0, bit = skip; i * channels < to.Length; i++, bit += bits)
        {
            int index = (row[bit / 8] >> (8 - bits - (bit % 8))) & mask;
            if (_indices)
            {
                to[i] = (byte)index;
            }
            else
            {
                palette.Slice(3 * index, channels).CopyTo(to[(i * channels)..]);
            }
        }
    }

    /// <summary>Delivers the colours of pixels of 16, 24 or 32 bits, spread over 0..255.</summary>
    private void Colours(ReadOnlySpan<byte> row, Span<byte> to)
    {
        if (_header.Bits == 24)
        {
            for (int i = 0; i < to.Length; i += 3)
            {
                (to[i], to[i + 1], to[i + 2]) = (row[i + 2], row[i + 1], row[i]);
            }
            return;
        }
        int size = _header.Bits / 8;
        for (int i = 0; i < to.Length / 3; i++)
        {
            ReadOnlySpan<byte> pixel = row[(i * size)..];
            uint value = size == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(pixel) : BinaryPrimitives.ReadUInt32LittleEndian(pixel);
            for (int c = 0; c < 3; c++)
            {
                uint mask = _header.Masks[c];
                int shift = BitOperations.TrailingZeroCount(mask);
                to[(3 * i) + c] = (byte)((ulong)((value & mask) >> shift) * 255 / (mask >> shift));
            }
        }
    }

    /// <summary>The indices that the runs stand for; the first thread that wants them unpacks them.</summary>
    private HostBuffer Unpacked()
    {
        lock (_gate)
        {
            if (_unpacked is null)
            {
                var pixels = new HostBuffer(_header.Width * _header.Height);
                try
                {
                    new BmpRuns(_file, _header, pixels).Decode();
                }
                catch
                {
                    pixels.Dispose();
                    throw;
                }
                _unpacked = pixels;
            }
            return _unpacked;
        }
    }
}
