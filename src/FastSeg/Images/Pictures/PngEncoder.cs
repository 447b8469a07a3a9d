using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using FastSeg.Files;

namespace FastSeg.Images.Pictures;

/// <summary>
/// Writes a PNG row by row: 8-bit palette, 8- or 16-bit grey. It is written here because libvips cannot save given palette indices and
/// takes no rows one after the other.
/// </summary>
internal sealed class PngEncoder : IDisposable
{
    private readonly IdatStream _idat;
    private readonly ZLibStream _deflate;
    private readonly byte[] _row;

    /// <summary>Writes everything before the pixels.</summary>
    /// <param name="file">The file, which stays the caller's.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="depth">Bits per sample: 8 or 16.</param>
    /// <param name="palette">Whether samples are indices of the class colours (8 bits) instead of grey values.</param>
    /// <param name="classes">The classes of a label map.</param>
    public PngEncoder(OutputFile file, int width, int height, int depth, bool palette, IReadOnlyList<LabelClass> classes)
    {
        RowBytes = checked(width * (depth / 8));
        _row = new byte[RowBytes + 1];
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = (byte)depth;
        // Colour type: 3 palette, 0 grey. The three bytes behind it (deflate, standard filters, not interlaced) are 0.
        header[9] = (byte)(palette ? 3 : 0);
        _idat = new IdatStream(file);
        _idat.Append(PngChunks.Signature);
        _idat.Append(PngChunks.Make("IHDR"u8, header));
        if (palette)
        {
            byte[] colours = new byte[3 * 256];
            for (int i = 0; i < 256; i++)
            {
                (colours[3 * i], colours[(3 * i) + 1], colours[(3 * i) + 2]) = ClassColours.Of(i);
            }
            _idat.Append(PngChunks.Make("PLTE"u8, colours));
        }
        if (ClassText.Of(classes) is { } text)
        {
            _idat.Append(PngChunks.Make(PngChunks.Text, [.. PngChunks.ClassKeyword, .. Encoding.ASCII.GetBytes(text)]));
        }
        _deflate = new ZLibStream(_idat, CompressionLevel.Fastest, leaveOpen: true);
    }

    /// <summary>Bytes of a row, without PNG's filter byte.</summary>
    public int RowBytes { get; }

    /// <summary>Adds the next row. 16-bit samples come little-endian; PNG wants them big-endian.</summary>
    public void WriteRow(ReadOnlySpan<byte> row, int sampleBytes)
    {
        // Byte 0 stays 0: no filter, which suits palettes and is the fastest for the rest.
        row[..RowBytes].CopyTo(_row.AsSpan(1));
        if (sampleBytes == 2)
        {
            ImageReading.SwapBytes(_row.AsSpan(1), 2);
        }
        _deflate.Write(_row);
    }

    /// <summary>Writes what is left of the pixels, and everything after them.</summary>
    public void Finish()
    {
        _deflate.Dispose();
        _idat.Flush();
        _idat.Append(PngChunks.Make("IEND"u8, []));
    }

    /// <summary>Writes nothing more.</summary>
    public void Dispose()
    {
        _idat.Closed = true;
        _deflate.Dispose();
        _idat.Dispose();
    }

    /// <summary>Cuts the compressed stream into IDAT chunks.</summary>
    private sealed class IdatStream(OutputFile file) : Stream
    {
        private readonly byte[] _chunk = new byte[1 << 16];
        private int _filled;
        private long _end;

        /// <summary>Whether what still comes is thrown away: disposing zlib's stream flushes, which a failed file must not see.</summary>
        public bool Closed { get; set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _end;

        public override long Position
        {
            get => _end;
            set => throw new NotSupportedException();
        }

        public void Append(ReadOnlySpan<byte> bytes)
        {
            file.Write(_end, bytes);
            _end += bytes.Length;
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            while (!Closed && buffer.Length > 0)
            {
                int part = Math.Min(buffer.Length, _chunk.Length - _filled);
                buffer[..part].CopyTo(_chunk.AsSpan(_filled));
                _filled += part;
                buffer = buffer[part..];
                if (_filled == _chunk.Length)
                {
                    Flush();
                }
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
            if (_filled > 0 && !Closed)
            {
                Append(PngChunks.Make("IDAT"u8, _chunk.AsSpan(0, _filled)));
                _filled = 0;
            }
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
