using System.Buffers.Binary;
using FastSeg.Files;

namespace FastSeg.Deep.Weights;

/// <summary>What both weight formats share: little-endian numbers to float32, sizes that cannot overflow, reading whole files.</summary>
internal static class WeightBytes
{
    /// <summary>Bytes of one number.</summary>
    public static int Bytes(this WeightType type) => type switch
    {
        WeightType.Half or WeightType.BFloat16 => 2,
        WeightType.Float => 4,
        _ => 8,
    };

    /// <summary>The type that safetensors calls <paramref name="name"/>, or null.</summary>
    public static WeightType? Parse(string name) => name switch
    {
        "F16" => WeightType.Half,
        "BF16" => WeightType.BFloat16,
        "F32" => WeightType.Float,
        "F64" => WeightType.Double,
        "I64" => WeightType.Long,
        _ => null,
    };

    /// <summary>Numbers in an array of this shape; null where a size is negative or the product is past what an array holds.</summary>
    public static long? Count(ReadOnlySpan<long> shape)
    {
        long count = 1;
        bool empty = false;
        foreach (long size in shape)
        {
            if (size < 0 || (size > 0 && count > Array.MaxLength / size))
            {
                return null;
            }
            empty |= size == 0;
            count *= Math.Max(size, 1);
        }
        return empty ? 0 : count;
    }

    /// <summary>Converts every number to float32, rounding to nearest.</summary>
    public static void ToFloat(WeightType type, ReadOnlySpan<byte> bytes, Span<float> values)
    {
        int size = type.Bytes();
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = One(type, bytes.Slice(i * size, size));
        }
    }

    /// <summary>One number as float32.</summary>
    public static float One(WeightType type, ReadOnlySpan<byte> bytes) => type switch
    {
        WeightType.Half => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes),
        WeightType.BFloat16 => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes) << 16),
        WeightType.Float => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        WeightType.Double => (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        _ => BinaryPrimitives.ReadInt64LittleEndian(bytes),
    };

    /// <summary>A whole file.</summary>
    /// <exception cref="FastSegException">It is missing, a folder, or past 2 GB.</exception>
    public static byte[] ReadFile(string path)
    {
        if (Directory.Exists(path))
        {
            throw new FastSegException($"{path} is a folder; a file of weights is needed here.");
        }
        FileKinds.RefuseStreams(path, path);
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FastSegException($"{path} does not exist; give the path of a file of weights.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            string reason = e.Message.ReplaceLineEndings(" ").TrimEnd('.');
            throw new FastSegException($"{path} cannot be read ({reason}); a file of weights of at most 2 GB is needed here.", e);
        }
    }
}

/// <summary>Number types that weights come in.</summary>
internal enum WeightType
{
    /// <summary>IEEE half precision.</summary>
    Half,

    /// <summary>The upper half of a single.</summary>
    BFloat16,

    /// <summary>IEEE single precision.</summary>
    Float,

    /// <summary>IEEE double precision.</summary>
    Double,

    /// <summary>Signed 64-bit integer.</summary>
    Long,
}
