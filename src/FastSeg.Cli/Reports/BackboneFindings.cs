using System.Text.Json;

namespace FastSeg.Cli.Reports;

/// <summary>What a check of a backbone measured.</summary>
/// <param name="Backbone">The backbone.</param>
/// <param name="Speeds">Windows of each size, without flips and with.</param>
/// <param name="Overlaps">Overlaps of windows that speed is stated for, in cells.</param>
/// <param name="PageSide">Side of the page that speed is stated for, in pixels.</param>
internal sealed record BackboneFindings(
    Backbone Backbone, IReadOnlyList<BackboneSpeed> Speeds, IReadOnlyList<int> Overlaps, int PageSide)
{
    /// <summary>
    /// Whether a speed is stated for an overlap: not for windows of which half or more is shared, but for the backbone's own always.
    /// </summary>
    public bool States(BackboneSpeed speed, int overlap) =>
        2 * overlap < speed.WindowTokens || (speed.WindowTokens == Backbone.WindowTokens && overlap == Backbone.OverlapTokens);

    /// <summary>Writes it as a member of the report.</summary>
    public void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject("backbone");
        json.WriteString("name", Backbone.Description.Name);
        json.WriteString("sha256", Backbone.Sha256);
        json.WriteNumber("windowTokens", Backbone.WindowTokens);
        json.WriteNumber("overlapTokens", Backbone.OverlapTokens);
        json.WriteNumber("pageSide", PageSide);
        json.WriteStartArray("speeds");
        foreach (BackboneSpeed speed in Speeds)
        {
            json.WriteStartObject();
            json.WriteNumber("windowTokens", speed.WindowTokens);
            json.WriteBoolean("flipAverage", speed.FlipAverage);
            json.WriteNumber("seconds", speed.Seconds);
            json.WriteNumber("atOnce", speed.AtOnce);
            json.WriteNumber("secondsAtOnce", speed.SecondsAtOnce);
            json.WriteStartObject("pixelsPerSecond");
            foreach (int overlap in Overlaps.Where(overlap => States(speed, overlap)))
            {
                json.WriteNumber($"{overlap}", speed.PixelsPerSecond(PageSide, PageSide, overlap));
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
