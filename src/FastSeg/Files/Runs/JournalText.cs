using System.Buffers.Text;
using System.Text.Json;

namespace FastSeg.Files.Runs;

/// <summary>
/// The lines of a <see cref="RunJournal"/>: eight hexadecimal digits, which are the CRC-32 of what follows the space behind them, and a
/// list in JSON. The first line is ["fastseg-run",1,NAME,VALUE,..] of the run's identity, the others are [NAME,LENGTH,CRC] of finished
/// units.
/// </summary>
internal static class JournalText
{
    /// <summary>Longer lines are never written.</summary>
    public const int LongestLine = 1 << 16;

    private const string Kind = "fastseg-run";
    private const int Version = 1, Digits = 8, MostTokens = 1000;

    /// <summary>The first line.</summary>
    public static byte[] Line(RunIdentity run) => Line(json =>
    {
        json.WriteStringValue(Kind);
        json.WriteNumberValue(Version);
        foreach ((string name, string value) in run.Parts)
        {
            json.WriteStringValue(name);
            json.WriteStringValue(value);
        }
    });

    /// <summary>The line of a unit.</summary>
    public static byte[] Line(RunUnit unit) => Line(json =>
    {
        json.WriteStringValue(unit.Name);
        json.WriteNumberValue(unit.Length);
        json.WriteNumberValue(unit.Crc);
    });

    /// <summary>The list of a line without its end; null where the line is damaged.</summary>
    public static IReadOnlyList<JsonElement>? Parse(ReadOnlySpan<byte> line)
    {
        if (line.Length <= Digits + 1 || line[Digits] != ' '
            || !Utf8Parser.TryParse(line[..Digits], out uint crc, out int used, 'x') || used != Digits
            || Crc32.Of(line[(Digits + 1)..]) != crc)
        {
            return null;
        }
        try
        {
            JsonText.CheckTokens(line[(Digits + 1)..], MostTokens);
            using var document = JsonDocument.Parse(line[(Digits + 1)..].ToArray());
            return [.. document.RootElement.Clone().EnumerateArray()];
        }
        catch (Exception e) when (JsonText.IsWrong(e))
        {
            return null;
        }
    }

    /// <summary>The run of a first line; null where the list is no such line.</summary>
    public static RunIdentity? Run(IReadOnlyList<JsonElement> list)
    {
        if (list.Count < 2 || !IsText(list[0]) || list[0].GetString() != Kind
            || list[1].ValueKind != JsonValueKind.Number || !list[1].TryGetInt32(out int version) || version != Version
            || list.Count % 2 != 0 || !list.Skip(2).All(IsText))
        {
            return null;
        }
        return new RunIdentity([.. list.Skip(2).Chunk(2).Select(pair => (pair[0].GetString()!, pair[1].GetString()!))]);
    }

    /// <summary>The unit of a line; null where the list is no such line.</summary>
    public static RunUnit? Unit(IReadOnlyList<JsonElement> list) =>
        list.Count == 3 && IsText(list[0]) && list[1].ValueKind == JsonValueKind.Number && list[1].TryGetInt64(out long length)
            && list[2].ValueKind == JsonValueKind.Number && list[2].TryGetUInt32(out uint crc)
            ? new RunUnit(list[0].GetString()!, length, crc)
            : null;

    private static bool IsText(JsonElement value) => value.ValueKind == JsonValueKind.String;

    private static byte[] Line(Action<Utf8JsonWriter> members)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartArray();
            members(json);
            json.WriteEndArray();
        }
        byte[] list = text.ToArray(), line = new byte[Digits + 1 + list.Length + 1];
        Utf8Formatter.TryFormat(Crc32.Of(list), line, out _, new('x', Digits));
        line[Digits] = (byte)' ';
        list.CopyTo(line, Digits + 1);
        line[^1] = (byte)'\n';
        return line.Length <= LongestLine
            ? line
            : throw new FastSegException($"A name of {line.Length} bytes is too long for the journal of a run.");
    }
}
