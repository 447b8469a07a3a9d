namespace FastSeg.Cli.Text;

/// <summary>Numbers as people read them.</summary>
internal static class Units
{
    /// <summary>"12 B", "3.4 KiB", "1.2 GiB".</summary>
    public static string Bytes(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < units.Length - 1)
        {
            value /= 1024;
            unit++;
        }
        return unit == 0 ? $"{bytes} B" : $"{value:0.0} {units[unit]}";
    }

    /// <summary>"0.012 s", "3.45 s", "123 s".</summary>
    public static string Seconds(double seconds) => seconds switch
    {
        < 1 => $"{seconds:0.000} s",
        < 100 => $"{seconds:0.00} s",
        _ => $"{seconds:0} s",
    };

    /// <summary>Six digits that count: "0.325", "3.5E-07".</summary>
    public static string Significant(double value) => $"{value:G6}";

    /// <summary>"61.25 %".</summary>
    public static string Percent(double fraction) => $"{100 * fraction:0.00} %";

    /// <summary>"1,234,567".</summary>
    public static string Count(long count) => $"{count:N0}";
}
