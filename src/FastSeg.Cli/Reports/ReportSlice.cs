using System.Text.Json;

namespace FastSeg.Cli.Reports;

/// <summary>An image of a stack in a report.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Seconds">Wall time.</param>
/// <param name="ClassPixels">Pixels of each class.</param>
internal sealed record ReportSlice(string Name, double Seconds, IReadOnlyList<long> ClassPixels)
{
    /// <summary>Writes it as a JSON object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("image", Name);
        json.WriteNumber("seconds", Seconds);
        json.WriteStartArray("classPixels");
        foreach (long pixels in ClassPixels)
        {
            json.WriteNumberValue(pixels);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
