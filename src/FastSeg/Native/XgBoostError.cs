using System.Runtime.InteropServices;

namespace FastSeg.Native;

/// <summary>Turns a failed call of libxgboost into an exception with the library's own text.</summary>
internal static unsafe class XgBoostError
{
    /// <summary>Throws for every result but 0.</summary>
    /// <param name="result">What the call returned.</param>
    /// <param name="doing">What the call was for, as in "training".</param>
    /// <exception cref="FastSegException">The call failed.</exception>
    public static void ThrowIfFailed(this int result, string doing)
    {
        if (result != 0)
        {
            string text = Marshal.PtrToStringUTF8((nint)XgBoost.XGBGetLastError()) ?? "";
            throw new FastSegException($"XGBoost failed while {doing}: {FirstSentence(text)}");
        }
    }

    /// <summary>The text without the time and source line in front ("[12:00:00] path:123: ") and the stack trace behind.</summary>
    internal static string FirstSentence(string text)
    {
        string line = text.Split('\n').Select(part => part.Trim()).FirstOrDefault(part => part.Length > 0) ?? "no reason was given";
        int close = line.IndexOf(']', StringComparison.Ordinal);
        if (line.StartsWith('[') && close > 0)
        {
            line = line[(close + 1)..].Trim();
            int colon = line.IndexOf(": ", StringComparison.Ordinal);
            line = colon > 0 && !line[..colon].Contains(' ', StringComparison.Ordinal) ? line[(colon + 2)..] : line;
        }
        return line;
    }
}
