using System.IO.Compression;
using FastSeg.Files;
using FastSeg.Native;

namespace FastSeg.Images.Tiff;

/// <summary>
/// Decodes single segments of a page into little-endian samples. One thread at a time: a reader keeps a pool of decoders. Deflate goes to
/// the runtime's zlib, which was measured to be two to five times as fast as BitMiracle's managed one, JPEG to libvips, which interpolates
/// colours as libjpeg does, Zstandard and LZMA to SharpCompress, the others to BitMiracle.
/// </summary>
internal sealed unsafe class TiffDecoder : IDisposable
{
    private readonly InputFile _file;
    private readonly TiffPage _page;
    private readonly FloatOrder? _order;
    private readonly BitMiracleStrips? _strips;
    private HostBuffer? _row;
    private HostBuffer? _stored;
    private byte[]? _managed;

    /// <summary>Prepares to decode.</summary>
    /// <param name="file">The file, which stays the caller's.</param>
    /// <param name="page">The page.</param>
    /// <param name="directory">The directory for BitMiracle, where it is needed.</param>
    /// <param name="order">Knows the order of the page's floats, which decoders share; null where there is nothing to know.</param>
    public TiffDecoder(InputFile file, TiffPage page, byte[]? directory, FloatOrder? order)
    {
        _file = file;
        _page = page;
        _order = order;
        _strips = directory is null ? null : new BitMiracleStrips(file, page, directory);
    }

    /// <summary>Segments that the reader puts off because another thread is decoding them.</summary>
    public List<long> Later { get; } = [];

    /// <summary>Memory for a row of unpacked samples.</summary>
    public HostBuffer Row => _row ??= new HostBuffer(UnpackedRowBytes(_page));

    /// <summary>Memory for a row that is read from where it lies, to be rearranged or unpacked.</summary>
    public HostBuffer StoredRow => _stored ??= new HostBuffer(_page.RowBytes);

    /// <summary>Bytes a decoder holds.</summary>
    public static long HeldBytes(TiffPage page)
    {
        bool stored = page.Codec == TiffCodec.None;
        bool rearranged = page.Predictor == 3 || page.Packed || page.YCbCr is not null || page.LeftOut > 0;
        long row = (rearranged ? UnpackedRowBytes(page) : 0) + (stored ? page.RowBytes : 0);
        // What a codec keeps: zlib's window and tables and the runtime's buffers; BitMiracle's tables and its buffer of file bytes;
        // Zstandard's tables and the compressed segment.
        long state = page.Codec switch
        {
            TiffCodec.Deflate => 96L << 10,
            TiffCodec.Lzw => 512L << 10,
            TiffCodec.PackBits => 64L << 10,
            TiffCodec.Fax => (256L << 10) + (16 * page.SegmentWidth),
            TiffCodec.Zstandard => (256L << 10) + page.Counts.Max(),
            TiffCodec.Lzma => XzBlock.HeldBytes(page.SegmentBytes),
            TiffCodec.Jpeg => JpegSegments.HeldBytes(page),
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
        long bytes = DecodeAsStored(segment, to);
        if (_order?.IsSwapped(this) == true)
        {
            SwapIfNeeded(to, bytes);
        }
    }

    /// <summary>Decodes a segment; floats of predictor 3 as if their highest byte came first.</summary>
    /// <returns>Bytes of the segment.</returns>
    internal long DecodeAsStored(long segment, byte* to)
    {
        long rows = _page.StoredRows(segment), bytes = rows * _page.RowBytes;
        switch (_page.Codec)
        {
            case TiffCodec.None:
                _file.Read(_page.Offsets[segment], to, Math.Min(bytes, _page.Counts[segment]));
                ReverseIfNeeded(to, bytes);
                break;
            case TiffCodec.Deflate:
                Inflate(segment, to, bytes);
                break;
            case TiffCodec.Zstandard:
                Check(segment, ZstandardFrame.Decode(Compressed(segment), new Span<byte>(to, (int)_page.SegmentBytes), (int)bytes));
                break;
            case TiffCodec.Lzma:
                using (FilePart part = Part(segment))
                {
                    Check(segment, XzBlock.Decode(part, to, bytes));
                }
                break;
            case TiffCodec.Jpeg:
                Check(segment, JpegSegments.Decode(_page, Compressed(segment), to, rows));
                break;
            default:
                DecodeManaged(segment, to, bytes);
                break;
        }
        // Predictor 3 stores bytes in an order of its own; the others' differences are taken of samples, so bytes are swapped first.
        if (_page.Predictor == 3)
        {
            TiffPredictor.UndoFloat(to, Row.Pointer, rows, _page.RowBytes, _page.SegmentSamples, _page.Bits / 8);
            return bytes;
        }
        if (_page.Codec != TiffCodec.Jpeg)
        {
            SwapIfNeeded(to, bytes);
        }
        if (_page.Predictor == 2)
        {
            TiffPredictor.UndoHorizontal(to, rows, _page.RowBytes, _page.SegmentSamples, _page.Bits / 8);
        }
        return bytes;
    }

    /// <summary>
    /// Turns samples as they are stored, in unmanaged memory of any size, into little-endian ones with the highest bit first, in place.
    /// </summary>
    public void Straighten(byte* samples, long bytes)
    {
        ReverseIfNeeded(samples, bytes);
        SwapIfNeeded(samples, bytes);
    }

    /// <summary>
    /// The samples of a part of a row, each in as many bytes as its type has: where they lie, or unpacked in <see cref="Row"/>.
    /// </summary>
    /// <param name="row">The row, or a part of it, as decoded.</param>
    /// <param name="bit">Bits in front of the first pixel that is wanted.</param>
    /// <param name="pixels">How many pixels.</param>
    public byte* Unpacked(byte* row, long bit, long pixels)
    {
        long count = pixels * _page.SegmentSamples;
        if (!_page.Packed)
        {
            return row + (bit / 8);
        }
        if (_page.Type == SampleType.Float32)
        {
            BitUnpacker.UnpackFloat24(row + (bit / 8), (float*)Row.Pointer, count);
        }
        else if (_page.Bits == 24)
        {
            BitUnpacker.UnpackBytes(row + (bit / 8), (uint*)Row.Pointer, count, _page.Type);
        }
        else
        {
            BitUnpacker.Unpack(row + (bit / 8), (int)(bit % 8), _page.Bits, Row.Pointer, _page.Type, count);
        }
        return Row.Pointer;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _row?.Dispose();
        _stored?.Dispose();
        _strips?.Dispose();
    }

    /// <summary>Unpacks pixels of a row that share their colours.</summary>
    /// <param name="rows">The rows that lie together.</param>
    /// <param name="x">First column.</param>
    /// <param name="y">Which of the rows.</param>
    /// <param name="pixels">How many pixels.</param>
    public byte* UnpackedColours(byte* rows, long x, int y, long pixels)
    {
        _page.YCbCr!.ToRgb(rows, x, y, Row.Pointer, pixels);
        return Row.Pointer;
    }

    private static long UnpackedRowBytes(TiffPage page) =>
        Math.Max(page.RowBytes, page.SegmentWidth * page.SegmentSamples * page.Type.Bytes());

    private void ReverseIfNeeded(byte* samples, long bytes)
    {
        if (_page.Reversed)
        {
            InParts(samples, bytes, BitUnpacker.Reverse);
        }
    }

    /// <summary>Swaps the bytes of big-endian samples. Those that fill no whole bytes have no byte order.</summary>
    private void SwapIfNeeded(byte* samples, long bytes)
    {
        if (_page.BigEndian && _page.Bits % 8 == 0)
        {
            InParts(samples, bytes, part => Swap(part, _page.Bits / 8));
        }
    }

    private static void Swap(Span<byte> samples, int size)
    {
        for (int i = 2; size == 3 && i < samples.Length; i += 3)
        {
            (samples[i - 2], samples[i]) = (samples[i], samples[i - 2]);
        }
        ImageReading.SwapBytes(samples, size);
    }

    /// <summary>Does something with unmanaged memory of any size, in parts that no sample crosses.</summary>
    private static void InParts(byte* samples, long bytes, Action<Span<byte>> change)
    {
        const int Part = 3 << 24;
        for (long done = 0; done < bytes; done += Part)
        {
            change(new Span<byte>(samples + done, (int)Math.Min(bytes - done, Part)));
        }
    }

    private void Inflate(long segment, byte* to, long bytes)
    {
        try
        {
            using FilePart compressed = Part(segment);
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

    /// <summary>A segment's bytes in the file as a stream.</summary>
    private FilePart Part(long segment) =>
        new(_file, _page.Offsets[segment], _page.Counts[segment]) { Reversed = _page.Reversed };

    /// <summary>A segment's bytes in the file.</summary>
    private Span<byte> Compressed(long segment)
    {
        int count = (int)Math.Min(_page.Counts[segment], Array.MaxLength);
        if (_managed is null || _managed.Length < count)
        {
            _managed = GC.AllocateUninitializedArray<byte>(count);
        }
        using FilePart part = Part(segment);
        Span<byte> bytes = _managed.AsSpan(0, count);
        part.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Throws what a decoder says went wrong, if anything did.</summary>
    private void Check(long segment, string? failure)
    {
        if (failure is not null)
        {
            throw Damaged(segment, failure);
        }
    }

    private void DecodeManaged(long segment, byte* to, long bytes)
    {
        _managed ??= GC.AllocateUninitializedArray<byte>((int)_page.SegmentBytes);
        Check(segment, _strips!.Decode(segment, _managed, (int)bytes));
        _managed.AsSpan(0, (int)bytes).CopyTo(new Span<byte>(to, (int)bytes));
    }

    private FastSegException Damaged(long segment, string why, Exception? inner = null) =>
        _file.Bad($"is damaged or truncated in {(_page.Tiled ? "tile" : "strip")} {segment}: {why}", inner);
}
