using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using FastSeg.Files;

namespace FastSeg.Deep.Weights;

/// <summary>
/// The safetensors format: eight bytes with the length of a JSON header, the header (name, dtype, shape and byte range of every tensor,
/// and strings under "__metadata__"), then the tensors back to back. Nothing in it can be executed.
/// </summary>
internal sealed record Safetensors(IReadOnlyDictionary<string, WeightTensor> Tensors, IReadOnlyDictionary<string, string> Metadata)
{
    private const string MetadataKey = "__metadata__";
    private const int LengthBytes = 8;

    /// <summary>A header of a thousand tensors has 100 KB and 20,000 values, names and brackets.</summary>
    private const int MostHeaderBytes = 4 << 20, MostHeaderTokens = 200_000;

    /// <summary>Reads a file.</summary>
    /// <exception cref="FastSegException">It cannot be read or is not in the format.</exception>
    public static Safetensors Read(string path) => Parse(WeightBytes.ReadFile(path), path);

    /// <summary>Reads bytes; <paramref name="name"/> is what error sentences call them.</summary>
    /// <exception cref="FastSegException">They are not in the format, or a tensor's type is not F16, BF16, F32, F64 or I64.</exception>
    public static Safetensors Parse(ReadOnlySpan<byte> bytes, string name)
    {
        if (bytes.Length < LengthBytes)
        {
            throw Bad(name, $"it has {bytes.Length} bytes, fewer than its header's length takes");
        }
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (length > (ulong)(bytes.Length - LengthBytes))
        {
            throw Bad(name, $"its header would be {length} bytes long in a file of {bytes.Length}");
        }
        if (length > MostHeaderBytes)
        {
            throw Bad(name, $"its header has {length} bytes; at most {MostHeaderBytes} are read");
        }
        ReadOnlySpan<byte> data = bytes[(LengthBytes + (int)length)..];
        try
        {
            JsonText.CheckTokens(bytes.Slice(LengthBytes, (int)length), MostHeaderTokens);
            using JsonDocument header = JsonDocument.Parse(bytes.Slice(LengthBytes, (int)length).ToArray());
            return Parse(header.RootElement, data, name);
        }
        catch (Exception e) when (JsonText.IsWrong(e))
        {
            throw new FastSegException(
                $"{name} is no safetensors file: its header is not the JSON that the format asks for; export the weights again.", e);
        }
    }

    /// <summary>The bytes of a file with these tensors, as float32, in the order given, and these strings.</summary>
    public static byte[] Write(IReadOnlyList<WeightTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteStartObject(MetadataKey);
            foreach ((string key, string value) in metadata)
            {
                json.WriteString(key, value);
            }
            json.WriteEndObject();
            long offset = 0;
            foreach (WeightTensor tensor in tensors)
            {
                long end = offset + (tensor.Values.LongLength * sizeof(float));
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", "F32");
                WriteNumbers(json, "shape", tensor.Shape);
                WriteNumbers(json, "data_offsets", [offset, end]);
                json.WriteEndObject();
                offset = end;
            }
            json.WriteEndObject();
        }
        // Spaces behind the header align the tensors.
        while (text.Length % LengthBytes != 0)
        {
            text.WriteByte((byte)' ');
        }
        byte[] file = new byte[checked(LengthBytes + text.Length + tensors.Sum(tensor => tensor.Values.LongLength * sizeof(float)))];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)text.Length);
        text.GetBuffer().AsSpan(0, (int)text.Length).CopyTo(file.AsSpan(LengthBytes));
        int at = LengthBytes + (int)text.Length;
        foreach (WeightTensor tensor in tensors)
        {
            ReadOnlySpan<byte> values = MemoryMarshal.AsBytes(tensor.Values.AsSpan());
            values.CopyTo(file.AsSpan(at));
            at += values.Length;
        }
        return file;
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IReadOnlyList<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
        {
            json.WriteNumberValue(number);
        }
        json.WriteEndArray();
    }

    private static Safetensors Parse(JsonElement header, ReadOnlySpan<byte> data, string name)
    {
        var metadata = new Dictionary<string, string>();
        var entries = new List<(string Name, JsonElement Entry, long Begin, long End)>();
        foreach (JsonProperty property in header.EnumerateObject())
        {
            if (property.NameEquals(MetadataKey))
            {
                foreach (JsonProperty item in property.Value.EnumerateObject())
                {
                    metadata[item.Name] = item.Value.GetString() ?? "";
                }
                continue;
            }
            JsonElement range = property.Value.GetProperty("data_offsets");
            if (range.GetArrayLength() != 2)
            {
                throw Bad(name, $"tensor {property.Name} has no two data_offsets");
            }
            entries.Add((property.Name, property.Value, range[0].GetInt64(), range[1].GetInt64()));
        }

        // The format wants tensors back to back. Checking it also keeps all of them together no larger than the file.
        long end = 0;
        var tensors = new Dictionary<string, WeightTensor>();
        foreach (var (tensor, entry, begin, stop) in entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (begin != end || stop < begin || stop > data.Length)
            {
                throw Bad(name, $"tensor {tensor} lies at bytes {begin} to {stop}, but should begin at {end} and end within {data.Length}");
            }
            end = stop;
            long[] shape = [.. entry.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];
            string type = entry.GetProperty("dtype").GetString() ?? "";
            if (!tensors.TryAdd(tensor, Tensor(tensor, type, shape, data[(int)begin..(int)stop], name)))
            {
                throw Bad(name, $"it has two tensors named {tensor}");
            }
        }
        return end == data.Length
            ? new Safetensors(tensors, metadata)
            : throw Bad(name, $"{data.Length - end} bytes at its end belong to no tensor");
    }

    private static WeightTensor Tensor(string tensor, string type, long[] shape, ReadOnlySpan<byte> data, string name)
    {
        WeightType kind = WeightBytes.Parse(type)
            ?? throw new FastSegException($"{name}: tensor {tensor} has values of type {type}; F16, BF16, F32, F64 and I64 can be read.");
        if (WeightBytes.Count(shape) is not { } count || count != data.Length / kind.Bytes() || data.Length % kind.Bytes() != 0)
        {
            throw Bad(name, $"tensor {tensor} of shape {string.Join(" x ", shape)} ({type}) does not fit its {data.Length} bytes");
        }
        float[] values = new float[count];
        WeightBytes.ToFloat(kind, data, values);
        return new WeightTensor(tensor, shape, values);
    }

    private static FastSegException Bad(string name, string what) =>
        new($"{name} is no whole safetensors file: {what}; export the weights again.");
}
