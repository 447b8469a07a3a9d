using System.Runtime.InteropServices;

namespace FastSeg.Native;

/// <summary>
/// The environment variables that native libraries see. .NET's own SetEnvironmentVariable changes a copy of them. On systems that keep
/// them elsewhere (Windows), nothing is changed.
/// </summary>
internal static partial class NativeEnvironment
{
    /// <summary>Sets a variable, unless the user has set it.</summary>
    public static void Suggest(string name, string value)
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = Set(name, value, 0);
        }
    }

    /// <summary>Takes a variable away.</summary>
    public static void Remove(string name)
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = Unset(name);
        }
    }

    [LibraryImport("libc", EntryPoint = "unsetenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unset(string name);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Set(string name, string value, int overwrite);
}
