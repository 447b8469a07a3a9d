using System.Text;
using System.Text.Json;
using FastSeg.Files;

namespace FastSeg.Images;

/// <summary>
/// The classes of a label map as files carry them: JSON of ASCII letters, {"classes":[{"label":1,"value":85,"name":"pore"}]}, in a TIFF
/// a line "fastseg=JSON" of the description, in a PNG a text chunk with the keyword fastseg.
/// </summary>
internal static class ClassText
{
    /// <summary>What the text is called in a file.</summary>
    public const string Keyword = "fastseg";

    /// <summary>A longer text is none of ours: 255 classes with names of some thousand letters.</summary>
    public const int MostBytes = 1 << 20;

    private const int MostClasses = 255;

    /// <summary>Names and values of one class, its brackets included, and those around all classes.</summary>
    private const int TokensOfAClass = 8, TokensAround = 8;

    /// <summary>The text; null where there are no classes, or their names are too long for a file to carry them.</summary>
    public static string? Of(IReadOnlyList<LabelClass> classes)
    {
        if (classes.Count == 0)
        {
            return null;
        }
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteStartArray("classes");
            foreach (LabelClass one in classes)
            {
                json.WriteStartObject();
                json.WriteNumber("label", one.Label);
                json.WriteNumber("value", one.Value);
                json.WriteString("name", one.Name);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return stream.Length > MostBytes ? null : Encoding.ASCII.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    /// <summary>The classes that a text names; none where it is damaged, because a label map can be read without them.</summary>
    public static IReadOnlyList<LabelClass> Read(ReadOnlySpan<byte> text)
    {
        if (text.Length > MostBytes)
        {
            return [];
        }
        try
        {
            JsonText.CheckTokens(text, (MostClasses * TokensOfAClass) + TokensAround);
            using JsonDocument json = JsonDocument.Parse(text.ToArray());
            LabelClass[] classes =
            [
                .. json.RootElement.GetProperty("classes").EnumerateArray().Select(one => new LabelClass(
                    one.GetProperty("label").GetInt32(), one.GetProperty("value").GetInt32(), one.GetProperty("name").GetString() ?? "")),
            ];
            return AreWhole(classes) ? classes : [];
        }
        catch (Exception e) when (JsonText.IsWrong(e))
        {
            return [];
        }
    }

    /// <summary>Whether labels and values are in range, and none stands twice.</summary>
    private static bool AreWhole(LabelClass[] classes) =>
        classes.Length <= MostClasses
        && classes.All(one => one is { Label: >= 1 and <= ushort.MaxValue, Value: >= 1 and <= ushort.MaxValue })
        && classes.DistinctBy(one => one.Label).Count() == classes.Length
        && classes.DistinctBy(one => one.Value).Count() == classes.Length;
}
