using System.Globalization;
using System.Text;

namespace FastSeg.Common;

/// <summary>
/// Text of files and arguments as it may stand in a sentence: what would steer a terminal, begin a line, or turn the direction of reading
/// is written as an escape. So no name of a class, a unit or a file can forge a line or recolour a screen.
/// </summary>
internal static class PlainText
{
    /// <summary>The text with escapes; the same object where there is nothing to escape.</summary>
    /// <param name="text">Any text, whatever is in it.</param>
    /// <param name="keepLines">Whether line feeds stay as they are, for text of several lines that we wrote.</param>
    public static string Of(string text, bool keepLines = false)
    {
        StringBuilder? plain = null;
        int kept = 0;
        for (int at = 0; at < text.Length;)
        {
            bool sound = Rune.TryGetRuneAt(text, at, out Rune rune);
            int length = sound ? rune.Utf16SequenceLength : 1;
            if (!sound || (MustEscape(rune) && !(keepLines && rune.Value == '\n')))
            {
                plain ??= new StringBuilder(text.Length + 16);
                plain.Append(text, kept, at - kept).Append(Escape(sound ? rune.Value : text[at]));
                kept = at + length;
            }
            at += length;
        }
        return plain is null ? text : plain.Append(text, kept, text.Length - kept).ToString();
    }

    /// <summary>
    /// Control characters, separators of lines, and format characters: those turn the direction of reading, or are not seen at all.
    /// </summary>
    private static bool MustEscape(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static string Escape(int value) => value switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        > 0xffff => string.Create(CultureInfo.InvariantCulture, $"\\U{value:x8}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"\\u{value:x4}"),
    };
}
