using System.Text;
using System.Text.Json;

namespace FastSeg.Forest.Saved;

/// <summary>Reads a model that XGBoost saved as JSON.</summary>
internal static class JsonModel
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 32 };

    /// <summary>Takes a reader that stands on the first token.</summary>
    public delegate void Step(ref Utf8JsonReader reader);

    /// <summary>Reads one value.</summary>
    /// <exception cref="FastSegException">The bytes are no JSON.</exception>
    public static ModelNode Read(ReadOnlySpan<byte> bytes)
    {
        ModelNode? value = null;
        var make = new NodeMaker(bytes.Length);
        Walk(bytes, (ref Utf8JsonReader reader) => value = Value(ref reader, make));
        return value!;
    }

    /// <summary>Gives a step a reader of XGBoost's JSON, and turns what it throws into a sentence.</summary>
    /// <exception cref="FastSegException">The bytes are no JSON.</exception>
    public static void Walk(ReadOnlySpan<byte> bytes, Step step)
    {
        try
        {
            var reader = new Utf8JsonReader(WithoutBareWords(bytes), Options);
            reader.Read();
            step(ref reader);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            // The exception's own message may quote the rest of the file.
            string where = e is JsonException { LineNumber: { } line, BytePositionInLine: { } column }
                ? $"line {line + 1}, byte {column + 1}"
                : "a value's kind or size";
            throw new FastSegException($"The forest is not valid JSON: see {where}.", e);
        }
    }

    private static ModelNode Value(ref Utf8JsonReader reader, NodeMaker make) => reader.TokenType switch
    {
        JsonTokenType.StartObject => Object(ref reader, make),
        JsonTokenType.StartArray => Array(ref reader, make),
        JsonTokenType.String => make.Text(reader.GetString()!),
        JsonTokenType.Number => make.Number(Number(ref reader)),
        JsonTokenType.True => make.Number(1),
        JsonTokenType.False => make.Number(0),
        _ => make.Number(double.NaN),
    };

    // Thresholds and leaves are float32: the decimal text is rounded once, straight to float32, as XGBoost does. Whole numbers keep
    // all their digits.
    private static double Number(ref Utf8JsonReader reader) => reader.TryGetInt64(out long whole) ? whole : reader.GetSingle();

    private static ModelNode Object(ref Utf8JsonReader reader, NodeMaker make)
    {
        Dictionary<string, ModelNode>? members = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            string name = make.Name(reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan);
            reader.Read();
            make.Add(ref members, name, Value(ref reader, make));
        }
        return ModelNode.Object(members);
    }

    private static ModelNode Array(ref Utf8JsonReader reader, NodeMaker make)
    {
        if (!reader.Read() || reader.TokenType == JsonTokenType.EndArray)
        {
            return ModelNode.Numbers([]);
        }
        var items = new NodeList(make);
        for (; reader.TokenType != JsonTokenType.EndArray; reader.Read())
        {
            if (items.OnlyNumbers && reader.TokenType is JsonTokenType.Number)
            {
                items.Add(Number(ref reader));
                continue;
            }
            items.Add(Value(ref reader, make));
        }
        return items.ToNode();
    }

    /// <summary>
    /// XGBoost writes NaN and Infinity without quotes (for statistics, categorical splits, missing values), which is no JSON. NaN becomes
    /// null, Infinity a number that overflows to infinity; a minus sign before it stays where it is.
    /// </summary>
    private static ReadOnlySpan<byte> WithoutBareWords(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IndexOf("NaN"u8) < 0 && bytes.IndexOf("Infinity"u8) < 0)
        {
            return bytes;
        }
        // NaN grows by one byte, Infinity shrinks.
        byte[] replaced = new byte[bytes.Length + (bytes.Length / 3)];
        int length = 0;
        void Add(ReadOnlySpan<byte> more)
        {
            more.CopyTo(replaced.AsSpan(length));
            length += more.Length;
        }
        bool inText = false;
        for (int i = 0; i < bytes.Length; i++)
        {
            bool escaped = inText && bytes[i] == '\\' && i + 1 < bytes.Length;
            inText ^= bytes[i] == '"';
            if (!inText && bytes[i..].StartsWith("NaN"u8))
            {
                Add("null"u8);
                i += "NaN".Length - 1;
                continue;
            }
            if (!inText && bytes[i..].StartsWith("Infinity"u8))
            {
                Add("1e999"u8);
                i += "Infinity".Length - 1;
                continue;
            }
            Add(bytes.Slice(i, 1));
            if (escaped)
            {
                Add(bytes.Slice(++i, 1));
            }
        }
        return replaced.AsSpan(0, length);
    }
}
