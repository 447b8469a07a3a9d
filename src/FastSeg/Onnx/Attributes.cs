using Google.Protobuf;
using OnnxSchema;

namespace FastSeg.Onnx;

/// <summary>Attributes of nodes: made, and read with their defaults.</summary>
internal static class Attributes
{
    private const int FloatType = 1, IntType = 2, StringType = 3, IntsType = 7;

    public static OnnxAttribute Of(string name, float value) => new() { Name = name, F = value, Type = FloatType };

    public static OnnxAttribute Of(string name, long value) => new() { Name = name, I = value, Type = IntType };

    public static OnnxAttribute Of(string name, string value) =>
        new() { Name = name, S = ByteString.CopyFromUtf8(value), Type = StringType };

    public static OnnxAttribute Of(string name, params ReadOnlySpan<long> values)
    {
        var attribute = new OnnxAttribute { Name = name, Type = IntsType };
        foreach (long value in values)
        {
            attribute.Ints.Add(value);
        }
        return attribute;
    }

    /// <summary>A whole number of a node.</summary>
    public static long Integer(OnnxNode node, string name, long otherwise) => Find(node, name)?.I ?? otherwise;

    /// <summary>A float of a node.</summary>
    public static float Number(OnnxNode node, string name, float otherwise) => Find(node, name)?.F ?? otherwise;

    /// <summary>An attribute of a node; null where it is left out.</summary>
    public static OnnxAttribute? Find(OnnxNode node, string name) => node.Attribute.FirstOrDefault(attribute => attribute.Name == name);
}
