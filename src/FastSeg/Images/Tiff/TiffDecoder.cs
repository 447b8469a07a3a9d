using System.IO.Compression;
using FastSeg.Files;
using FastSeg.Native;

namespace FastSeg.Images.Tiff;

/// <summary>
/// Decodes single segments of a page into little-endian samples. One thread at a time: a reader keeps a pool of decoders. Deflate goes to
/// the runtime's zlib, which was measured to be two to five times as fast as BitMiracle's managed one; the other codecs are BitMiracle's.
/// </summary>
internal sealed unsafe class TiffDecoder : IDisposable
{
    private readonly InputFile _file;
    private readonly TiffPage _page;
    private readonly BitMiracleStrips? _strips;
    private HostBuffer? _row;
    private byte[]? _managed;

    /// <summary>Prepares to decode.</summary>
    /// <param name="file">The file, which stays the caller's.</param>
    /// <param name="page">The page.</param>
    /// <param name="directory">The directory for BitMiracle, where it is needed.</param>
    public TiffDecoder(InputFile file, TiffPage page, byte[]? directory)
    {
        _file = file;
        _page = page;
        _strips = directory is null ? null : new BitMiracleStrips(file, page, directory);
    }

    /// <summary>Segments that the reader puts off because another thread is decoding them.</summary>
    public List<long> Later { get; } = [];

    /// <summary>Memory for a row of a segment whose samples have to be rearranged.</summary>
    public HostBuffer Row => _row ??= new HostBuffer(_page.RowBytes);

    /// <summary>Bytes a decoder holds.</summary>
    public static long HeldBytes(TiffPage page)
    {
        long row = page.Predictor == 3 || page.Codec == TiffCodec.None ? page.RowBytes : 0;
        // What a codec keeps: zlib's window and tables and the runtime's buffers; BitMiracle's tables and its buffer of file bytes; the
        // JPEG decoder's tables and a few rows of blocks in 32 bits, several times over.
        long state = page.Codec switch
        {
            TiffCodec.Deflate => 96L << 10,
            TiffCodec.Lzw => 512L << 10,
            TiffCodec.PackBits => 64L << 10,
            TiffCodec.Jpeg => (1L << 20) + (page.SegmentWidth * page.SegmentSamples * 256),
            _ => 0,
        };
        // BitMiracle decodes from one managed array into another, and keeps offset and count of every strip.
        long managed = page.NeedsBitMiracle ? page.SegmentBytes + page.Counts.Max() + (16 * page.Segments) : 0;
        return row + managed + state;
    }

    /// <summary>Decodes a segment.</summary>
    /// <param name="segment">Its number.</param>
    /// <param name="to">At least <see cref="TiffPage.SegmentBytes"/> bytes.</param>
    /// <exception cref="FastSegException">It is damaged.</exception>
    public void Decode(long segment, byte* to)
    {
        long rows = _page.StoredRows(segment), bytes = rows * _page.RowBytes;
        switch (_page.Codec)
        {
            case TiffCodec.None:
                _file.Read(_page.Offsets[segment], to, Math.Min(bytes, _page.Counts[segment]));
                break;
            case TiffCodec.Deflate:
                Inflate(segment, to, bytes);
                break;
            default:
                DecodeManaged(segment, to, bytes);
                break;
        }
        // Predictor 3 stores bytes in an order of its own; the others' differences are taken of samples, so bytes are swapped first.
        if (_page.Predictor == 3)
        {
            TiffPredictor.UndoFloat(to, Row.Pointer, rows, _page.RowBytes, _page.SegmentSamples);
            return;
        }
        if (_page.BigEndian && _page.Codec != TiffCodec.Jpeg)
        {
            Swap(to, bytes);
        }
        if (_page.Predictor == 2)
        {
            TiffPredictor.UndoHorizontal(to, rows, _page.RowBytes, _page.SegmentSamples, _page.Type);
        }
    }

    /// <summary>Turns big-endian samples in unmanaged memory of any size little-endian, in place.</summary>
    public void Swap(byte* samples, long bytes)
    {
        for (long done = 0; done < bytes;)
        {
            int part = (int)Math.Min(bytes - done, 1 << 26);
            ImageReading.SwapBytes(new Span<byte>(samples + done, part), _page.Type.Bytes());
            done += part;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _row?.Dispose();
        _strips?.Dispose();
    }

    private void Inflate(long segment, byte* to, long bytes)
    {
        try
        {
            using var compressed = new FilePart(_file, _page.Offsets[segment], _page.Counts[segment]);
            using var inflate = new ZLibStream(compressed, CompressionMode.Decompress);
            for (long done = 0; done < bytes;)
            {
                int got = inflate.Read(new Span<byte>(to + done, (int)Math.Min(bytes - done, 1 << 26)));
                if (got == 0)
                {
                    throw Damaged(segment, $"it ends after {done} of {bytes} bytes");
                }
                done += got;
            }
        }
        catch (InvalidDataException e)
        {
            throw Damaged(segment, "its deflate data is corrupt", e);
        }
    }

    private void DecodeManaged(long segment, byte* to, long bytes)
    {
        _managed ??= GC.AllocateUninitializedArray<byte>((int)_page.SegmentBytes);
        string? failure = _strips!.Decode(segment, _managed, (int)bytes);
        if (failure is not null)
        {
            throw Damaged(segment, failure);
        }
        _managed.AsSpan(0, (int)bytes).CopyTo(new Span<byte>(to, (int)bytes));
    }

    private FastSegException Damaged(long segment, string why, Exception? inner = null) =>
        _file.Bad($"is damaged or truncated in {(_page.Tiled ? "tile" : "strip")} {segment}: {why}", inner);
}
