using FastSeg.Files;
using FastSeg.Native;

namespace FastSeg.Images.Pictures;

/// <summary>Unpacks the runs of a BMP of 4 or 8 bits. What no run fills is index 0.</summary>
internal sealed unsafe class BmpRuns(InputFile file, BmpHeader header, HostBuffer pixels)
{
    private readonly byte[] _buffer = new byte[1 << 15];
    private long _next = header.Pixels;
    private int _at, _count;
    private long _x, _y;

    /// <summary>Unpacks all runs.</summary>
    /// <exception cref="FastSegException">A run goes past the image, or the file ends without the last one.</exception>
    public void Decode()
    {
        for (long row = 0; row < header.Height; row++)
        {
            new Span<byte>(pixels.Pointer + (row * header.Width), checked((int)header.Width)).Clear();
        }
        while (true)
        {
            int count = Byte(), value = Byte();
            if (count > 0)
            {
                Run(count, i => Index(value, i));
                continue;
            }
            switch (value)
            {
                case 0:
                    (_x, _y) = (0, _y + 1);
                    break;
                case 1:
                    return;
                case 2:
                    (_x, _y) = (_x + Byte(), _y + Byte());
                    break;
                default:
                    Literal(value);
                    break;
            }
        }
    }

    /// <summary>Takes indices that are written out; they are filled up to two bytes.</summary>
    private void Literal(int count)
    {
        int each = header.Bits == 8 ? 1 : 2, bytes = (count + each - 1) / each;
        int value = 0;
        Run(count, i =>
        {
            value = i % each == 0 ? Byte() : value;
            return Index(value, i);
        });
        if (bytes % 2 == 1)
        {
            Byte();
        }
    }

    /// <summary>The index that a byte holds for pixel <paramref name="i"/> of a run: of 4 bits the high ones come first.</summary>
    private byte Index(int value, int i) => (byte)(header.Bits == 8 ? value : i % 2 == 0 ? value >> 4 : value & 15);

    private void Run(int count, Func<int, byte> index)
    {
        if (_y >= header.Height || _x + count > header.Width)
        {
            throw file.Bad($"is damaged: a run of its BMP pixels goes past the image at row {_y}");
        }
        long row = header.TopDown ? _y : header.Height - 1 - _y;
        byte* to = pixels.Pointer + (row * header.Width) + _x;
        for (int i = 0; i < count; i++)
        {
            to[i] = index(i);
        }
        _x += count;
    }

    private int Byte()
    {
        if (_at == _count)
        {
            _count = (int)Math.Min(_buffer.Length, file.Length - _next);
            if (_count <= 0)
            {
                throw file.Bad("is truncated: its BMP pixels end without their last run");
            }
            file.Read(_next, _buffer.AsSpan(0, _count));
            (_next, _at) = (_next + _count, 0);
        }
        return _buffer[_at++];
    }
}
