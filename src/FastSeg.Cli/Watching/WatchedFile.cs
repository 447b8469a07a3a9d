using System.Text.Json;

namespace FastSeg.Cli.Watching;

/// <summary>A file that was dealt with, as the journal keeps it.</summary>
/// <param name="Name">Its name in the watched folder.</param>
/// <param name="Time">When it was last written, in ticks of UTC.</param>
/// <param name="Output">The name of its labels in the folder of results; null where it failed.</param>
internal sealed record WatchedFile(string Name, long Time, string? Output)
{
    /// <summary>The file as a text.</summary>
    public string Text() => JsonSerializer.Serialize(this);

    /// <summary>The file of such a text; null for another text.</summary>
    public static WatchedFile? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<WatchedFile>(text) is { Name: not null } file ? file : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
