using System.Buffers.Binary;
using System.Text;

namespace FastSeg.Deep.Weights;

/// <summary>The bytes of a pickle; every read is checked against the end.</summary>
internal ref struct PickleInput(ReadOnlySpan<byte> bytes)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    public byte Byte() => Take(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    public double BigEndianDouble() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    /// <summary>A string of <paramref name="length"/> bytes of UTF-8.</summary>
    public string Text(ulong length)
    {
        try
        {
            return Strict.GetString(Take(length));
        }
        catch (DecoderFallbackException)
        {
            throw new PickleException($"the string before byte {Position} is no UTF-8");
        }
    }

    /// <summary>A string up to the end of its line.</summary>
    public string Line()
    {
        int length = _bytes[Position..].IndexOf((byte)'\n');
        if (length < 0)
        {
            throw Ends();
        }
        string line = Text((ulong)length);
        Position++;
        return line;
    }

    /// <summary>A little-endian two's-complement integer of <paramref name="length"/> bytes.</summary>
    public long Integer(ulong length)
    {
        ReadOnlySpan<byte> digits = Take(length);
        if (digits.Length > sizeof(long))
        {
            throw new PickleException($"an integer has {digits.Length} bytes, more than 64 bits");
        }
        long value = 0;
        for (int i = digits.Length - 1; i >= 0; i--)
        {
            value = i == digits.Length - 1 ? (sbyte)digits[i] : (value << 8) | digits[i];
        }
        return value;
    }

    /// <summary>The next <paramref name="count"/> bytes.</summary>
    public ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)(_bytes.Length - Position))
        {
            throw Ends();
        }
        ReadOnlySpan<byte> part = _bytes.Slice(Position, (int)count);
        Position += (int)count;
        return part;
    }

    private readonly PickleException Ends() => new($"it ends at byte {_bytes.Length}, in the middle of an instruction");
}
