using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace FastSeg.Cli.Terminal;

/// <summary>
/// The arguments as the system handed them over. A file's name may be any bytes; .NET puts U+FFFD in the place of those that are no UTF-8,
/// which would name another file, perhaps one that exists.
/// </summary>
internal static class ArgumentBytes
{
    private const string Arguments = "/proc/self/cmdline";

    /// <summary>The sentence that refuses the first argument that is no UTF-8; null where all are.</summary>
    public static string? Refusal()
    {
        try
        {
            return Refusal(File.ReadAllBytes(Arguments));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without /proc nothing can be told; the files' names are then as .NET has them.
            return null;
        }
    }

    /// <summary>The same for arguments that each end with a zero byte.</summary>
    public static string? Refusal(ReadOnlySpan<byte> arguments)
    {
        foreach (Range range in arguments.Split((byte)0))
        {
            ReadOnlySpan<byte> argument = arguments[range];
            if (!Utf8.IsValid(argument))
            {
                return $"The argument \"{Shown(argument)}\" is no UTF-8, so its file would be taken for another; rename the file.";
            }
        }
        return null;
    }

    /// <summary>The argument with every byte that is no part of a character as two hexadecimal digits.</summary>
    private static string Shown(ReadOnlySpan<byte> argument)
    {
        var shown = new StringBuilder();
        while (argument.Length > 0)
        {
            bool sound = Rune.DecodeFromUtf8(argument, out Rune rune, out int length) == System.Buffers.OperationStatus.Done;
            if (sound)
            {
                shown.Append(rune);
            }
            for (int i = 0; !sound && i < length; i++)
            {
                shown.Append(CultureInfo.InvariantCulture, $"\\x{argument[i]:x2}");
            }
            argument = argument[length..];
        }
        return shown.ToString();
    }
}
