using System.Runtime.InteropServices;
using System.Text;

namespace FastSeg.Interop.Calls;

/// <summary>Strings in UTF-8 that end with a zero byte.</summary>
internal static unsafe class Text
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A text that must be there.</summary>
    /// <param name="text">The caller's bytes.</param>
    /// <param name="what">What a sentence calls it, as its subject.</param>
    public static string Read(byte* text, string what) =>
        ReadOrNull(text, what) ?? throw CallException.Argument($"{what} is NULL; give a text in UTF-8.");

    /// <summary>A text, or null for NULL.</summary>
    public static string? ReadOrNull(byte* text, string what)
    {
        try
        {
            return text is null ? null : Strict.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));
        }
        catch (DecoderFallbackException)
        {
            throw CallException.Argument($"{what} is not UTF-8; convert it.");
        }
    }

    /// <summary>Writes a text where it fits, and always says how long it is.</summary>
    public static void Write(string value, byte* text, nuint capacity, nuint* length)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        if (length is not null)
        {
            *length = (nuint)bytes.Length;
        }
        if (text is null && capacity > 0)
        {
            throw CallException.Argument("The memory for the text is NULL, but its capacity is above 0; give the address of the memory.");
        }
        if (capacity <= (nuint)bytes.Length)
        {
            throw new CallException(
                Status.BufferTooSmall, $"The text has {bytes.Length} bytes and a zero byte, but there is room for {capacity}; give more.");
        }
        bytes.CopyTo(new Span<byte>(text, bytes.Length));
        text[bytes.Length] = 0;
    }

    /// <summary>Writes sentences, a line each.</summary>
    public static void WriteLines(IEnumerable<string> sentences, byte* text, nuint capacity, nuint* length) =>
        Write(string.Join('\n', sentences.Select(sentence => sentence.ReplaceLineEndings(" "))), text, capacity, length);

    /// <summary>Fills a field of fixed length, cutting the text off in front of a character that does not fit.</summary>
    public static void Fill(string value, byte* field, int capacity)
    {
        Span<byte> to = new(field, capacity);
        to.Clear();
        Encoding.UTF8.GetEncoder().Convert(value, to[..^1], flush: false, out _, out _, out _);
    }
}
