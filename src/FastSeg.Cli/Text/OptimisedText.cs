using System.Globalization;

namespace FastSeg.Cli.Text;

/// <summary>What became of a backbone that was rewritten.</summary>
internal static class OptimisedText
{
    /// <summary>Prints errors by layer, the tokens' error, and times.</summary>
    public static void Write(TextWriter output, string folder, OptimisedBackbone made)
    {
        output.WriteLine("linear layers, and by how much 8 bits change the result of each:");
        var table = new TextTable(false, true, true, false);
        foreach (BackboneLayer layer in made.Layers)
        {
            table.Row(layer.Name, $"{layer.Rows} x {layer.Columns}", Percent(layer.Error), layer.IsBytes ? "8 bits" : "stays in float32");
        }
        table.Write(output);
        int bytes = made.Layers.Count(layer => layer.IsBytes);
        string rotary = made.RotaryAttentions > 0 ? $" ({made.RotaryAttentions} with rotary positions)" : "";
        new TextTable(false, false)
            .Row("attention", $"{made.Attentions} fused{rotary}")
            .Row("GELU", $"{made.Gelus} fused")
            .Row("linear", $"{bytes} of {made.Layers.Count} in 8 bits")
            .Row("tokens", $"differ by {Percent(made.Tokens.Relative)}, cosine {Cosine(made.Tokens.Cosine)}, " +
                $"at least {Cosine(made.Tokens.LeastCosine)}, over {made.Windows} windows of the images")
            .Row("speed", $"{Times(made)}, {made.Threads} thread{(made.Threads == 1 ? "" : "s")}")
            .Row("windows", $"{made.WindowTokens} cells, {made.OverlapTokens} of overlap")
            .Write(output);
        foreach (string note in made.Notes)
        {
            output.WriteLine(note);
        }
        output.WriteLine($"{made.Folder}: {folder} rewritten; name it as --deep of train");
    }

    private static string Times(OptimisedBackbone made)
    {
        (double before, double after) = (made.MillisecondsBefore, made.MillisecondsAfter);
        return Invariant($"{before:F1} ms a window before, {after:F1} after ({before / after:F2} x)");
    }

    private static string Percent(double part) => Invariant($"{100 * part:G3} %");

    private static string Cosine(double cosine) => Invariant($"{cosine:F5}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
