using System.Text;
using System.Text.Json;

namespace FastSeg.Cli.Text;

/// <summary>A plan as text and as JSON.</summary>
internal static class PlanText
{
    /// <summary>Prints tiles, planes and one row a buffer.</summary>
    public static void Write(TextWriter output, ImageInfo image, Plan plan)
    {
        output.WriteLine($"{image.Name}  {plan.Area.Width} x {plan.Area.Height} at {plan.Area.X},{plan.Area.Y}");
        output.WriteLine(
            $"  {Units.Count(plan.Tiles)} tiles of up to {plan.TileWidth} x {plan.TileHeight} pixels and {plan.Halo} around them, " +
                $"{plan.Workers} worker{(plan.Workers == 1 ? "" : "s")}");
        output.WriteLine($"  {plan.Planes} feature planes of {plan.Channels} channel{(plan.Channels == 1 ? "" : "s")}");
        output.WriteLine($"  samples {StandardiseText.Of(plan.Standardise)}");
        var table = new TextTable(false, true, true);
        foreach (PlanItem item in plan.Items)
        {
            string name = item.Phase switch
            {
                PlanPhase.Statistics or PlanPhase.Transformer => $"{item.Name}, before the tiles",
                PlanPhase.Weighing or PlanPhase.Finish => $"{item.Name}, after the tiles",
                _ => item.Name,
            };
            table.Row(name, $"{item.Count} x {Units.Bytes(item.BytesEach)}", Units.Bytes(item.Bytes));
        }
        table.Row("program", "", Units.Bytes(plan.ProcessBytes)).Row("peak", "", Units.Bytes(plan.PeakBytes));
        if (plan.DiskBytes > 0)
        {
            table.Row("temporary file", "", Units.Bytes(plan.DiskBytes));
        }
        foreach (PlanItem item in plan.DeviceItems)
        {
            table.Row($"device: {item.Name}", $"{item.Count} x {Units.Bytes(item.BytesEach)}", Units.Bytes(item.Bytes));
        }
        if (plan.DeviceItems.Count > 0)
        {
            table.Row("device: all", "", Units.Bytes(plan.DeviceBytes));
        }
        table.Write(output);
    }

    /// <summary>Prints the same as one JSON object.</summary>
    public static void WriteJson(TextWriter output, Plan plan)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("area", plan.Area.ToString());
            json.WriteNumber("tiles", plan.Tiles);
            json.WriteNumber("tileWidth", plan.TileWidth);
            json.WriteNumber("tileHeight", plan.TileHeight);
            json.WriteNumber("halo", plan.Halo);
            json.WriteNumber("channels", plan.Channels);
            json.WriteNumber("planes", plan.Planes);
            json.WriteNumber("workers", plan.Workers);
            json.WriteString("standardise", plan.Standardise.ToString().ToLowerInvariant());
            WriteJson(json, "buffers", plan.Items);
            WriteJson(json, "deviceBuffers", plan.DeviceItems);
            json.WriteNumber("deviceBytes", plan.DeviceBytes);
            json.WriteNumber("bufferBytes", plan.BufferBytes);
            json.WriteNumber("processBytes", plan.ProcessBytes);
            json.WriteNumber("peakBytes", plan.PeakBytes);
            json.WriteNumber("diskBytes", plan.DiskBytes);
            json.WriteEndObject();
        }
        output.Write(Encoding.UTF8.GetString(stream.ToArray()) + "\n");
    }

    private static void WriteJson(Utf8JsonWriter json, string name, IReadOnlyList<PlanItem> items)
    {
        json.WriteStartArray(name);
        foreach (PlanItem item in items)
        {
            json.WriteStartObject();
            json.WriteString("name", item.Name);
            json.WriteNumber("bytesEach", item.BytesEach);
            json.WriteNumber("count", item.Count);
            json.WriteNumber("bytes", item.Bytes);
            json.WriteString("phase", item.Phase.ToString().ToLowerInvariant());
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
