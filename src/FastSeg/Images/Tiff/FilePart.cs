using FastSeg.Files;

namespace FastSeg.Images.Tiff;

/// <summary>A stretch of a file as a stream for a decompressor. It does not own the file.</summary>
internal sealed class FilePart(InputFile file, long offset, long length) : Stream
{
    private long _position;

    /// <summary>Whether the bits of each byte come in reverse order.</summary>
    public bool Reversed { get; init; }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => _position = value;
    }

    public override int Read(Span<byte> buffer)
    {
        int count = (int)Math.Min(buffer.Length, Math.Max(0, length - _position));
        file.Read(offset + _position, buffer[..count]);
        if (Reversed)
        {
            BitUnpacker.Reverse(buffer[..count]);
        }
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int start, int count) => Read(buffer.AsSpan(start, count));

    public override long Seek(long to, SeekOrigin origin)
    {
        _position = origin switch
        {
            SeekOrigin.Begin => to,
            SeekOrigin.Current => _position + to,
            _ => length + to,
        };
        return _position;
    }

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int start, int count) => throw new NotSupportedException();
}
