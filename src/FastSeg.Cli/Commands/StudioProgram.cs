using System.Runtime.InteropServices;

namespace FastSeg.Cli.Commands;

/// <summary>The studio's program where it lies beside this one, as in a published folder.</summary>
internal static partial class StudioProgram
{
    /// <summary>The command that means it.</summary>
    public const string Command = "studio";

    private const string Name = "fastseg-studio";

    /// <summary>
    /// Becomes the studio where a command line means it: this process goes on as that program, so that signals and the exit code are its
    /// own. Returns null where another command is meant or there is no such program, and a sentence where it cannot be started.
    /// </summary>
    public static string? Become(IReadOnlyList<string> arguments)
    {
        string program = Path.Combine(AppContext.BaseDirectory, Name);
        if (arguments is not [Command, ..] || !File.Exists(program))
        {
            return null;
        }
        // The list of arguments ends with null.
        string?[] all = [program, .. arguments.Skip(1), null];
        _ = Execute(program, all);
        return $"{program} cannot be started ({Marshal.GetLastPInvokeErrorMessage()}).";
    }

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string path, string?[] arguments);
}
