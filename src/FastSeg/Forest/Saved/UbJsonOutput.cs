using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace FastSeg.Forest.Saved;

/// <summary>Values of UBJSON, one after another, as XGBoost writes them: texts and typed arrays with their length, big-endian.</summary>
internal sealed class UbJsonOutput
{
    private readonly ArrayBufferWriter<byte> _output = new(1 << 16);

    /// <summary>All that was written.</summary>
    public byte[] ToArray() => _output.WrittenSpan.ToArray();

    /// <summary>An object, whose members the function writes.</summary>
    public void Object(Action members)
    {
        Marker('{');
        members();
        Marker('}');
    }

    /// <summary>A member that is an object.</summary>
    public void Member(string name, Action members)
    {
        Name(name);
        Object(members);
    }

    /// <summary>A member that is an array of objects.</summary>
    public void Array(string name, int count, Action<int> members)
    {
        Name(name);
        Marker('[');
        Marker('#');
        Marker('L');
        Long(count);
        for (int i = 0; i < count; i++)
        {
            int item = i;
            Object(() => members(item));
        }
    }

    /// <summary>A member that is an array of numbers, each with its own type, as XGBoost wants those that are no table.</summary>
    public void Numbers(string name, ReadOnlySpan<int> values)
    {
        Name(name);
        Marker('[');
        Marker('#');
        Marker('L');
        Long(values.Length);
        foreach (int value in values)
        {
            Marker('L');
            Long(value);
        }
    }

    /// <summary>A member that is a text.</summary>
    public void Text(string name, string text)
    {
        Name(name);
        Marker('S');
        Name(text);
    }

    /// <summary>A member that is a whole number.</summary>
    public void Integer(string name, int value)
    {
        Name(name);
        Marker('L');
        Long(value);
    }

    /// <summary>A member that is an array of 32-bit floats.</summary>
    public void Singles(string name, IReadOnlyList<float> values)
    {
        Typed(name, 'd', values.Count);
        for (int i = 0; i < values.Count; i++)
        {
            BinaryPrimitives.WriteSingleBigEndian(_output.GetSpan(sizeof(float)), values[i]);
            _output.Advance(sizeof(float));
        }
    }

    /// <summary>A member that is an array of 32-bit whole numbers.</summary>
    public void Integers(string name, IReadOnlyList<int> values)
    {
        Typed(name, 'l', values.Count);
        for (int i = 0; i < values.Count; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(_output.GetSpan(sizeof(int)), values[i]);
            _output.Advance(sizeof(int));
        }
    }

    /// <summary>A member that is an array of 64-bit whole numbers.</summary>
    public void Longs(string name, ReadOnlySpan<long> values)
    {
        Typed(name, 'L', values.Length);
        foreach (long value in values)
        {
            Long(value);
        }
    }

    /// <summary>A member that is an array of bytes.</summary>
    public void Bytes(string name, ReadOnlySpan<byte> values)
    {
        Typed(name, 'U', values.Length);
        _output.Write(values);
    }

    private void Typed(string name, char type, int count)
    {
        Name(name);
        Marker('[');
        Marker('$');
        Marker(type);
        Marker('#');
        Marker('L');
        Long(count);
    }

    /// <summary>A text without the marker that says so, as names of members have it.</summary>
    private void Name(string text)
    {
        Marker('L');
        Long(Encoding.UTF8.GetByteCount(text));
        _output.Write(Encoding.UTF8.GetBytes(text));
    }

    private void Long(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(_output.GetSpan(sizeof(long)), value);
        _output.Advance(sizeof(long));
    }

    private void Marker(char marker)
    {
        _output.GetSpan(1)[0] = (byte)marker;
        _output.Advance(1);
    }
}
