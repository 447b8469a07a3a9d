using System.Reflection;

namespace FastSeg;

/// <summary>The version of this library.</summary>
public static class FastSegVersion
{
    /// <summary>The version in three numbers, such as "0.1.0".</summary>
    public static string Text { get; } = typeof(FastSegVersion).Assembly.GetName().Version is { } version ? version.ToString(3) : "0.0.0";
}
