using System.Text;

namespace FastSeg.Tests.Deep.Backbones;

/// <summary>Writes the few fields of ONNX's protobuf messages that a small graph needs.</summary>
internal sealed class TinyOnnx
{
    public const int Float = 1, Double = 11, Int64 = 7;

    private readonly MemoryStream _graph = new();

    public void Node(string type, string[] inputs, string output, params (string Name, object Value)[] attributes)
    {
        var node = new MemoryStream();
        foreach (string input in inputs)
        {
            Text(node, 1, input);
        }
        Text(node, 2, output);
        Text(node, 4, type);
        foreach ((string name, object value) in attributes)
        {
            var attribute = new MemoryStream();
            Text(attribute, 1, name);
            if (value is long number)
            {
                Number(attribute, 3, number);
                Number(attribute, 20, 2);
            }
            else
            {
                foreach (long item in (long[])value)
                {
                    Number(attribute, 8, item);
                }
                Number(attribute, 20, 7);
            }
            Message(node, 5, attribute);
        }
        Message(_graph, 1, node);
    }

    public void Constant(string name, long[] shape, float[] values)
    {
        byte[] raw = new byte[values.Length * sizeof(float)];
        Buffer.BlockCopy(values, 0, raw, 0, raw.Length);
        Constant(name, shape, Float, raw);
    }

    public void Constant(string name, long[] shape, long[] values)
    {
        byte[] raw = new byte[values.Length * sizeof(long)];
        Buffer.BlockCopy(values, 0, raw, 0, raw.Length);
        Constant(name, shape, Int64, raw);
    }

    /// <summary>Floats that lie in another file.</summary>
    public void External(string name, long[] shape, string file)
    {
        var location = new MemoryStream();
        Text(location, 1, "location");
        Text(location, 2, file);
        MemoryStream tensor = Tensor(name, shape, Float);
        Message(tensor, 13, location);
        Number(tensor, 14, 1);
        Message(_graph, 5, tensor);
    }

    /// <summary>An input; a negative size is a free one.</summary>
    public void Input(string name, int type, params long[] shape) => Value(11, name, type, shape);

    public void Output(string name, int type, params long[] shape) => Value(12, name, type, shape);

    public byte[] Model()
    {
        var model = new MemoryStream();
        Number(model, 1, 7);
        Text(model, 2, "FastSeg tests");
        Text(_graph, 2, "tiny");
        Message(model, 7, _graph);
        var opset = new MemoryStream();
        Text(opset, 1, "");
        Number(opset, 2, 13);
        Message(model, 8, opset);
        return model.ToArray();
    }

    private void Constant(string name, long[] shape, int type, byte[] raw)
    {
        MemoryStream tensor = Tensor(name, shape, type);
        Bytes(tensor, 9, raw);
        Message(_graph, 5, tensor);
    }

    private static MemoryStream Tensor(string name, long[] shape, int type)
    {
        var tensor = new MemoryStream();
        foreach (long size in shape)
        {
            Number(tensor, 1, size);
        }
        Number(tensor, 2, type);
        Text(tensor, 8, name);
        return tensor;
    }

    private void Value(int field, string name, int type, long[] shape)
    {
        var sizes = new MemoryStream();
        for (int i = 0; i < shape.Length; i++)
        {
            var dimension = new MemoryStream();
            if (shape[i] < 0)
            {
                Text(dimension, 2, $"{name}_{i}");
            }
            else
            {
                Number(dimension, 1, shape[i]);
            }
            Message(sizes, 1, dimension);
        }
        var tensor = new MemoryStream();
        Number(tensor, 1, type);
        Message(tensor, 2, sizes);
        var kind = new MemoryStream();
        Message(kind, 1, tensor);
        var value = new MemoryStream();
        Text(value, 1, name);
        Message(value, 2, kind);
        Message(_graph, field, value);
    }

    private static void Message(MemoryStream to, int field, MemoryStream message) => Bytes(to, field, message.ToArray());

    private static void Text(MemoryStream to, int field, string text) => Bytes(to, field, Encoding.UTF8.GetBytes(text));

    private static void Bytes(MemoryStream to, int field, byte[] bytes)
    {
        Varint(to, (ulong)((field << 3) | 2));
        Varint(to, (ulong)bytes.Length);
        to.Write(bytes);
    }

    private static void Number(MemoryStream to, int field, long number)
    {
        Varint(to, (ulong)(field << 3));
        Varint(to, (ulong)number);
    }

    private static void Varint(MemoryStream to, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            to.WriteByte((byte)(value | 0x80));
        }
        to.WriteByte((byte)value);
    }
}
