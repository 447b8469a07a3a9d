using FastSeg.Cli.Reports;

namespace FastSeg.Cli.Text;

/// <summary>What a check of a backbone measured, as a table.</summary>
internal static class BackboneCheckText
{
    private const double Million = 1e6, Milliseconds = 1e3;

    /// <summary>One row a window size, one column an overlap.</summary>
    public static void Write(TextWriter output, BackboneFindings findings)
    {
        int atOnce = findings.Speeds.Max(speed => speed.AtOnce);
        string where = findings.Backbone.Device is { } device ? $"CUDA device {device}" : "the CPU";
        output.WriteLine(
            $"speed, measured on {where}; Mpx/s of a page of {findings.PageSide} x {findings.PageSide} by the patches that windows share "
                + "(* as the folder says)");
        var table = new TextTable([false, .. Enumerable.Repeat(true, 2 + findings.Overlaps.Count)]);
        table.Row(
            ["window", "ms alone", $"ms, {atOnce} at once", .. findings.Overlaps.Select(overlap => $"{overlap} shared")]);
        foreach (BackboneSpeed speed in findings.Speeds)
        {
            string flips = speed.FlipAverage ? ", four flips" : "";
            table.Row(
            [
                $"{speed.WindowTokens} x {speed.WindowTokens}{flips}",
                FormattableString.Invariant($"{speed.Seconds * Milliseconds:F1}"),
                FormattableString.Invariant($"{speed.SecondsAtOnce * Milliseconds:F1}"),
                .. findings.Overlaps.Select(overlap => Rate(findings, speed, overlap)),
            ]);
        }
        table.Write(output);
    }

    private static string Rate(BackboneFindings findings, BackboneSpeed speed, int overlap)
    {
        if (!findings.States(speed, overlap))
        {
            return "";
        }
        double rate = speed.PixelsPerSecond(findings.PageSide, findings.PageSide, overlap) / Million;
        bool own = speed.WindowTokens == findings.Backbone.WindowTokens && overlap == findings.Backbone.OverlapTokens
            && speed.FlipAverage == findings.Backbone.Description.FlipAverage;
        return FormattableString.Invariant($"{rate:F2}{(own ? "*" : "")}");
    }
}
