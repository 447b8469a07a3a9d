using System.Runtime.InteropServices;
using Google.Protobuf;
using OnnxSchema;

namespace FastSeg.Onnx;

/// <summary>Numbers of ONNX tensors, and tensors of numbers.</summary>
internal static class Tensors
{
    /// <summary>How many numbers a shape holds.</summary>
    public static long Count(IEnumerable<long> dims) => dims.Aggregate(1L, (product, size) => checked(product * size));

    /// <summary>
    /// The numbers of a tensor of floats of any width, as float32; null where it holds others, or fewer than its shape says.
    /// </summary>
    public static float[]? Floats(OnnxTensor tensor)
    {
        ReadOnlySpan<byte> raw = tensor.RawData.Span;
        float[]? values = tensor.DataType switch
        {
            TensorType.Float when raw.IsEmpty => [.. tensor.FloatData],
            TensorType.Float => MemoryMarshal.Cast<byte, float>(raw).ToArray(),
            TensorType.Double when raw.IsEmpty => [.. tensor.DoubleData.Select(value => (float)value)],
            TensorType.Double => Array.ConvertAll(MemoryMarshal.Cast<byte, double>(raw).ToArray(), value => (float)value),
            TensorType.Float16 when raw.IsEmpty => [.. tensor.Int32Data.Select(bits => (float)BitConverter.UInt16BitsToHalf((ushort)bits))],
            TensorType.Float16 => Array.ConvertAll(MemoryMarshal.Cast<byte, Half>(raw).ToArray(), value => (float)value),
            _ => null,
        };
        return values?.Length == Count(tensor.Dims) ? values : null;
    }

    /// <summary>The numbers of a tensor of whole numbers; null where it holds others, or fewer than its shape says.</summary>
    public static long[]? Integers(OnnxTensor tensor)
    {
        ReadOnlySpan<byte> raw = tensor.RawData.Span;
        long[]? values = tensor.DataType switch
        {
            TensorType.Int64 when raw.IsEmpty => [.. tensor.Int64Data],
            TensorType.Int64 => MemoryMarshal.Cast<byte, long>(raw).ToArray(),
            TensorType.Int32 or TensorType.Int8 or TensorType.UInt8 when raw.IsEmpty => [.. tensor.Int32Data.Select(value => (long)value)],
            TensorType.Int32 => Array.ConvertAll(MemoryMarshal.Cast<byte, int>(raw).ToArray(), value => (long)value),
            TensorType.Int8 => Array.ConvertAll(MemoryMarshal.Cast<byte, sbyte>(raw).ToArray(), value => (long)value),
            TensorType.UInt8 => Array.ConvertAll(raw.ToArray(), value => (long)value),
            _ => null,
        };
        return values?.Length == Count(tensor.Dims) ? values : null;
    }

    /// <summary>A tensor of float32.</summary>
    public static OnnxTensor Of(string name, ReadOnlySpan<long> dims, ReadOnlySpan<float> values) =>
        Of(name, dims, TensorType.Float, MemoryMarshal.AsBytes(values));

    /// <summary>A tensor of int64.</summary>
    public static OnnxTensor Of(string name, ReadOnlySpan<long> dims, ReadOnlySpan<long> values) =>
        Of(name, dims, TensorType.Int64, MemoryMarshal.AsBytes(values));

    /// <summary>A tensor of int8.</summary>
    public static OnnxTensor Of(string name, ReadOnlySpan<long> dims, ReadOnlySpan<sbyte> values) =>
        Of(name, dims, TensorType.Int8, MemoryMarshal.AsBytes(values));

    /// <summary>A tensor of uint8.</summary>
    public static OnnxTensor Of(string name, ReadOnlySpan<long> dims, ReadOnlySpan<byte> values) =>
        Of(name, dims, TensorType.UInt8, values);

    /// <summary>A tensor of a type, made of its bytes: little endian, row-major.</summary>
    public static OnnxTensor Of(string name, ReadOnlySpan<long> dims, int type, ReadOnlySpan<byte> bytes)
    {
        var tensor = new OnnxTensor { Name = name, DataType = type, RawData = ByteString.CopyFrom(bytes) };
        foreach (long size in dims)
        {
            tensor.Dims.Add(size);
        }
        return tensor;
    }
}
