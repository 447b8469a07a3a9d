using System.Globalization;
using System.Text.Json;

namespace FastSeg.Cli.Text;

/// <summary>The features that help a model most, as text and as JSON.</summary>
internal static class UsefulText
{
    private const int Most = 8;

    /// <summary>Prints the most useful features with their share of the trees' gain; nothing where the trees do not say.</summary>
    public static void Write(TextWriter output, IReadOnlyList<PlaneGain> planes)
    {
        if (planes.Count > 0)
        {
            IEnumerable<string> most = planes.Take(Most).Where(plane => plane.Share > 0).Select(Text);
            output.WriteLine($"most useful features (share of the trees' gain): {string.Join(", ", most)}");
        }
    }

    /// <summary>Writes all of them as a member of the report.</summary>
    public static void WriteJson(Utf8JsonWriter json, IReadOnlyList<PlaneGain> planes)
    {
        json.WriteStartArray("usefulFeatures");
        foreach (PlaneGain plane in planes)
        {
            json.WriteStartObject();
            json.WriteString("name", plane.Name);
            json.WriteNumber("share", plane.Share);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static string Text(PlaneGain plane) => string.Create(CultureInfo.InvariantCulture, $"{plane.Name} {100 * plane.Share:F0} %");
}
