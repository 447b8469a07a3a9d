using FastSeg.Files;

namespace FastSeg.Images.Pictures;

/// <summary>
/// Stretches of a file, and bytes of our own between them, as one stream: what libvips gets to see of a file. libvips calls from native
/// code, through which no exception may pass: where the file cannot be read, the stream ends, and <see cref="Failure"/> keeps why.
/// </summary>
internal sealed class FileParts(InputFile file) : Stream
{
    /// <summary>Each part's start in the stream, and either its bytes or where it lies in the file.</summary>
    private readonly List<(long Start, byte[]? Bytes, long Offset, long Length)> _parts = [];
    private long _length;
    private long _position;
    private int _current;

    /// <summary>Why the stream ended early, if it did.</summary>
    public FastSegException? Failure { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position
    {
        get => _position;
        set => _position = Math.Max(0, value);
    }

    /// <summary>Appends bytes that are not in the file.</summary>
    public void Add(byte[] bytes)
    {
        _parts.Add((_length, bytes, 0, bytes.Length));
        _length += bytes.Length;
    }

    /// <summary>Appends a stretch of the file; one that continues the last stretch becomes part of it.</summary>
    public void Add(long offset, long length)
    {
        if (_parts.Count > 0 && _parts[^1] is { Bytes: null } last && last.Offset + last.Length == offset)
        {
            _parts[^1] = last with { Length = last.Length + length };
        }
        else
        {
            _parts.Add((_length, null, offset, length));
        }
        _length += length;
    }

    public override int Read(byte[] buffer, int start, int count)
    {
        if (_position >= _length || count == 0 || Failure is not null)
        {
            return 0;
        }
        // Decoders read forwards, so the part is looked for from the last one on.
        if (_position < _parts[_current].Start)
        {
            _current = 0;
        }
        while (_position >= _parts[_current].Start + _parts[_current].Length)
        {
            _current++;
        }
        (long partStart, byte[]? bytes, long offset, long length) = _parts[_current];
        long within = _position - partStart;
        int part = (int)Math.Min(count, length - within);
        try
        {
            if (bytes is null)
            {
                file.Read(offset + within, buffer.AsSpan(start, part));
            }
            else
            {
                bytes.AsSpan((int)within, part).CopyTo(buffer.AsSpan(start));
            }
        }
        catch (FastSegException e)
        {
            Failure = e;
            return 0;
        }
        _position += part;
        return part;
    }

    public override long Seek(long to, SeekOrigin origin)
    {
        Position = origin switch
        {
            SeekOrigin.Begin => to,
            SeekOrigin.Current => _position + to,
            _ => _length + to,
        };
        return _position;
    }

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int start, int count) => throw new NotSupportedException();
}
