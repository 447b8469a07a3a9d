using System.Buffers.Binary;

namespace FastSeg.Forest.Saved;

/// <summary>
/// Reads the part of Universal Binary JSON (draft 12) that XGBoost writes: objects, arrays with and without length, strongly typed
/// arrays, texts and numbers, big-endian. Nothing is allocated that the remaining bytes could not fill.
/// </summary>
internal ref struct UbJsonReader
{
    private const int MaxDepth = 32;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly NodeMaker _make;
    private int _at;

    private UbJsonReader(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
        _make = new NodeMaker(bytes.Length);
    }

    /// <summary>Reads one value.</summary>
    /// <exception cref="FastSegException">The bytes are cut off or mean nothing.</exception>
    public static ModelNode Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new UbJsonReader(bytes);
        return reader.Value(reader.Marker(), 0);
    }

    private ModelNode Value(byte marker, int depth) => marker switch
    {
        _ when depth > MaxDepth => throw Corrupt($"values are nested more than {MaxDepth} deep"),
        (byte)'{' => Object(depth),
        (byte)'[' => Array(depth),
        (byte)'S' => _make.Text(Take((int)Length(1))),
        (byte)'C' => _make.Text(Take(1)),
        _ => _make.Number(Scalar(marker)),
    };

    /// <summary>A number; a truth value is 0 or 1, nothing is NaN.</summary>
    private double Scalar(byte marker) => marker switch
    {
        (byte)'Z' => double.NaN,
        (byte)'T' => 1,
        (byte)'F' => 0,
        _ => Number(Take(Size(marker)), marker),
    };

    private ModelNode Object(int depth)
    {
        Dictionary<string, ModelNode>? members = null;
        while (Peek() != '}')
        {
            string name = _make.Name(Take((int)Length(1)));
            ModelNode value = Value(Marker(), depth + 1);
            _make.Add(ref members, name, value);
        }
        _at++;
        return ModelNode.Object(members);
    }

    private ModelNode Array(int depth)
    {
        byte? type = null;
        if (Peek() == '$')
        {
            _at++;
            type = Marker();
        }
        if (type is not null || Peek() == '#')
        {
            if (Marker() != '#')
            {
                throw Corrupt("a typed array has no length");
            }
            long length = Length(type is null ? 1 : Size(type.Value));
            return type is null ? Items((int)length, depth) : _make.Numbers(Typed((int)length, type.Value));
        }
        return Items(null, depth);
    }

    /// <summary>
    /// The items of an array that states no type, up to its end marker where it states no length either. The lists grow as items are read:
    /// a claimed length is no reason to allocate. Numbers are kept flat, so that a byte of the file costs a few bytes of memory only.
    /// </summary>
    private ModelNode Items(int? length, int depth)
    {
        if (length == 0 || (length is null && Peek() == ']'))
        {
            _at += length is null ? 1 : 0;
            return ModelNode.Numbers([]);
        }
        var items = new NodeList(_make);
        for (int i = 0; length is null ? Peek() != ']' : i < length; i++)
        {
            byte marker = Marker();
            if (items.OnlyNumbers && marker is not ((byte)'{' or (byte)'[' or (byte)'S' or (byte)'C') && depth <= MaxDepth)
            {
                items.Add(Scalar(marker));
                continue;
            }
            items.Add(Value(marker, depth + 1));
        }
        _at += length is null ? 1 : 0;
        return items.ToNode();
    }

    private double[] Typed(int length, byte type)
    {
        int size = Size(type);
        ReadOnlySpan<byte> data = Take(length * size);
        _make.Budget.Spend(sizeof(double) * (long)length);
        double[] numbers = new double[length];
        for (int i = 0; i < length; i++)
        {
            numbers[i] = Number(data.Slice(i * size, size), type);
        }
        return numbers;
    }

    /// <summary>A length, refused where that many items of <paramref name="size"/> bytes cannot follow.</summary>
    private long Length(int size)
    {
        byte marker = Marker();
        if (marker is (byte)'d' or (byte)'D')
        {
            throw Corrupt("a length is not a whole number");
        }
        long length = (long)Number(Take(Size(marker)), marker);
        return length >= 0 && length <= (_bytes.Length - _at) / size
            ? length
            : throw Corrupt($"a length of {length} is more than the file holds");
    }

    private readonly int Size(byte marker) => marker switch
    {
        (byte)'i' or (byte)'U' => 1,
        (byte)'I' => 2,
        (byte)'l' or (byte)'d' => 4,
        (byte)'L' or (byte)'D' => 8,
        _ => throw Corrupt($"there is an unknown marker {marker}"),
    };

    private static double Number(ReadOnlySpan<byte> data, byte marker) => marker switch
    {
        (byte)'i' => (sbyte)data[0],
        (byte)'U' => data[0],
        (byte)'I' => BinaryPrimitives.ReadInt16BigEndian(data),
        (byte)'l' => BinaryPrimitives.ReadInt32BigEndian(data),
        (byte)'L' => BinaryPrimitives.ReadInt64BigEndian(data),
        (byte)'d' => BinaryPrimitives.ReadSingleBigEndian(data),
        _ => BinaryPrimitives.ReadDoubleBigEndian(data),
    };

    private readonly byte Peek() => _at < _bytes.Length ? _bytes[_at] : throw Corrupt("it ends too early");

    private byte Marker()
    {
        byte marker = Peek();
        _at++;
        return marker;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _bytes.Length - _at)
        {
            throw Corrupt("it ends too early");
        }
        ReadOnlySpan<byte> taken = _bytes.Slice(_at, count);
        _at += count;
        return taken;
    }

    private readonly FastSegException Corrupt(string what) => new($"The forest is not valid UBJSON: at byte {_at} {what}.");
}
