namespace FastSeg.Cli.Text;

/// <summary>Says which rows were left out as a data bar.</summary>
internal static class DataBarText
{
    /// <summary>One line, without an end.</summary>
    /// <param name="bar">The rows; an empty region where none were found.</param>
    public static string Of(Region bar) =>
        bar.IsEmpty ? "no data bar was found" : $"rows {bar.Y} to {bar.Bottom - 1} are a data bar and were left out";
}
