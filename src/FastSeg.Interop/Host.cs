using System.Runtime.InteropServices;
using System.Text;

namespace FastSeg.Interop;

/// <summary>How important a sentence of the log is: FS_LOG_INFO and its like in fastseg.h.</summary>
internal enum LogLevel
{
    Info = 1,
    Warning = 2,
    Error = 3,
}

/// <summary>The functions of the shim that this side calls: fs_host in shim.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Host
{
    private delegate* unmanaged[Cdecl]<byte*, nuint, void> _setError;
    private delegate* unmanaged[Cdecl]<int, byte*, void> _writeLog;
    private delegate* unmanaged[Cdecl]<int> _hasLog;

    /// <summary>The shim's functions; set once, when it connects.</summary>
    public static Host* Current { get; set; }

    /// <summary>Keeps a sentence for fs_last_error on this thread.</summary>
    public static void SetError(string sentence)
    {
        byte[] text = Encoding.UTF8.GetBytes(sentence);
        fixed (byte* bytes = text)
        {
            Current->_setError(bytes, (nuint)text.Length);
        }
    }

    /// <summary>Hands a sentence to whoever receives the log.</summary>
    public static void Log(LogLevel level, string sentence)
    {
        if (Current is null || Current->_hasLog() == 0)
        {
            return;
        }
        fixed (byte* bytes = Encoding.UTF8.GetBytes(sentence + '\0'))
        {
            Current->_writeLog((int)level, bytes);
        }
    }
}
