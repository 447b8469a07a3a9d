using FastSeg.Common;

namespace FastSeg.Cli.Cluster;

/// <summary>Arguments as a POSIX shell reads them back, whatever is in them.</summary>
internal static class ShellText
{
    /// <summary>A command's arguments on one line.</summary>
    /// <exception cref="FastSegException">One of them has a character that no line can have.</exception>
    public static string Line(params IEnumerable<string> arguments) => string.Join(' ', arguments.Select(Quote));

    /// <summary>One argument, in single quotes unless it is plain.</summary>
    /// <exception cref="FastSegException">It has a character that no line can have.</exception>
    public static string Quote(string text)
    {
        if (text.Any(char.IsControl))
        {
            throw new FastSegException(
                $"{PlainText.Of(text)} has a line break or another control character, which no script can hold safely; rename it.");
        }
        // A quote inside ends the quoted text, stands by itself behind a backslash, and begins another one.
        return text.Length > 0 && text.All(IsPlain) ? text : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
    }

    private static bool IsPlain(char letter) =>
        char.IsAsciiLetterOrDigit(letter) || "/._-+,:=@%".Contains(letter, StringComparison.Ordinal);
}
