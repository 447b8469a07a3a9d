using System.Text.Json;

namespace FastSeg.Files;

/// <summary>
/// Bounds JSON before anything is made of it: two bytes of text may become an object of a hundred, so a file's size says little about
/// the memory that its values take.
/// </summary>
internal static class JsonText
{
    /// <summary>Refuses a text with more than <paramref name="most"/> values, names and brackets.</summary>
    /// <exception cref="JsonException">It has more, or is no JSON.</exception>
    public static void CheckTokens(ReadOnlySpan<byte> text, int most)
    {
        var reader = new Utf8JsonReader(text);
        for (int tokens = 0; reader.Read();)
        {
            if (++tokens > most)
            {
                throw new JsonException($"it has more than {most} values and names");
            }
        }
    }

    /// <summary>
    /// Whether an exception means that a text is no JSON, or that a value is of another kind than asked for. The runtime throws
    /// <see cref="InvalidOperationException"/> also for half of a surrogate pair.
    /// </summary>
    public static bool IsWrong(Exception e) => e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException
        or NotSupportedException or ArgumentException;
}
