using System.Runtime.InteropServices;

namespace FastSeg.Native;

/// <summary>A DMatrix (rows, labels, weights) that libxgboost owns the memory of.</summary>
internal sealed class DMatrixHandle : SafeHandle
{
    /// <summary>Filled in by the call that creates the matrix.</summary>
    public DMatrixHandle() : base(0, ownsHandle: true)
    {
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => XgBoost.XGDMatrixFree(handle) == 0;
}

/// <summary>A booster: parameters and trees.</summary>
internal sealed class BoosterHandle : SafeHandle
{
    /// <summary>Filled in by the call that creates the booster.</summary>
    public BoosterHandle() : base(0, ownsHandle: true)
    {
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => XgBoost.XGBoosterFree(handle) == 0;
}

/// <summary>Turns a failed call into an exception with the library's own text.</summary>
internal static unsafe class XgBoostError
{
    /// <summary>Does nothing for 0.</summary>
    /// <exception cref="FastSegException">The call failed.</exception>
    public static void ThrowIfFailed(this int result, string doing)
    {
        if (result != 0)
        {
            string text = Marshal.PtrToStringUTF8((nint)XgBoost.XGBGetLastError()) ?? "";
            throw new FastSegException($"XGBoost failed while {doing}: {FirstSentence(text)}");
        }
    }

    /// <summary>Leaves out the time and source line in front ("[12:00:00] path:123: ") and the stack trace behind.</summary>
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
