namespace FastSeg.Common;

/// <summary>
/// The folder of this library. In a program of .NET it is the program's; where a native program hosts .NET, .NET knows no other.
/// </summary>
internal static class ProgramFolder
{
    /// <summary>Its path. A program in a single file has no file of this library, and there it is the program's folder.</summary>
    public static string FullName { get; } = typeof(ProgramFolder).Assembly.Location is { Length: > 0 } file
        ? Path.GetDirectoryName(file)!
        : AppContext.BaseDirectory;
}
