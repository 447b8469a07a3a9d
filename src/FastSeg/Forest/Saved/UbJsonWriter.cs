using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace FastSeg.Forest.Saved;

/// <summary>
/// From an XGBoost model in JSON to the same model in UBJSON, value by value: whole numbers become 32- or 64-bit integers, numbers
/// written with a point or an exponent float32, as XGBoost writes them.
/// </summary>
internal static class UbJsonWriter
{
    /// <summary>Transcodes what <see cref="JsonModel"/> reads.</summary>
    /// <exception cref="FastSegException">The bytes are no JSON.</exception>
    public static byte[] FromJson(ReadOnlySpan<byte> json)
    {
        var output = new ArrayBufferWriter<byte>(json.Length);
        JsonModel.Walk(json, (ref Utf8JsonReader reader) =>
        {
            do
            {
                Write(ref reader, output);
            }
            while (reader.Read());
        });
        return output.WrittenSpan.ToArray();
    }

    // Objects and arrays are written without their length, so every token can be written as it comes.
    private static void Write(ref Utf8JsonReader reader, ArrayBufferWriter<byte> output)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                Marker(output, '{');
                break;
            case JsonTokenType.EndObject:
                Marker(output, '}');
                break;
            case JsonTokenType.StartArray:
                Marker(output, '[');
                break;
            case JsonTokenType.EndArray:
                Marker(output, ']');
                break;
            case JsonTokenType.PropertyName:
                Text(output, reader.GetString()!);
                break;
            case JsonTokenType.String:
                Marker(output, 'S');
                Text(output, reader.GetString()!);
                break;
            case JsonTokenType.Number:
                Number(ref reader, output);
                break;
            case JsonTokenType.True:
                Marker(output, 'T');
                break;
            case JsonTokenType.False:
                Marker(output, 'F');
                break;
            default:
                // A bare NaN, which JsonModel turned into null.
                Single(output, float.NaN);
                break;
        }
    }

    private static void Number(ref Utf8JsonReader reader, ArrayBufferWriter<byte> output)
    {
        if (reader.ValueSpan.IndexOfAny(".eE"u8) >= 0 || !reader.TryGetInt64(out long whole))
        {
            Single(output, reader.GetSingle());
        }
        else if (whole is >= int.MinValue and <= int.MaxValue)
        {
            Marker(output, 'l');
            BinaryPrimitives.WriteInt32BigEndian(output.GetSpan(sizeof(int)), (int)whole);
            output.Advance(sizeof(int));
        }
        else
        {
            Marker(output, 'L');
            Long(output, whole);
        }
    }

    private static void Single(ArrayBufferWriter<byte> output, float value)
    {
        Marker(output, 'd');
        BinaryPrimitives.WriteSingleBigEndian(output.GetSpan(sizeof(float)), value);
        output.Advance(sizeof(float));
    }

    private static void Text(ArrayBufferWriter<byte> output, string text)
    {
        Marker(output, 'L');
        Long(output, Encoding.UTF8.GetByteCount(text));
        output.Write(Encoding.UTF8.GetBytes(text));
    }

    private static void Long(ArrayBufferWriter<byte> output, long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(output.GetSpan(sizeof(long)), value);
        output.Advance(sizeof(long));
    }

    private static void Marker(ArrayBufferWriter<byte> output, char marker)
    {
        output.GetSpan(1)[0] = (byte)marker;
        output.Advance(1);
    }
}
