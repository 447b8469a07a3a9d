using System.Globalization;

namespace FastSeg.Cli.Text;

/// <summary>A smoothing, and the weights of classes, as the command line writes them.</summary>
internal static class SmoothingText
{
    /// <summary>What --smooth takes: none, safe, guided:8,0.05.</summary>
    public static string Of(Smoothing smoothing) => smoothing.Mode == SmoothingMode.Guided
        ? string.Create(CultureInfo.InvariantCulture, $"guided:{smoothing.Radius},{smoothing.Epsilon}")
        : smoothing.Mode.ToString().ToLowerInvariant();

    /// <summary>What --class-weights takes.</summary>
    public static string Of(IReadOnlyList<double> weights) =>
        string.Join(',', weights.Select(weight => weight.ToString("R", CultureInfo.InvariantCulture)));
}
