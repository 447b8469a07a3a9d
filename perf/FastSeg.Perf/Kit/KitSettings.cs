using System.Globalization;

namespace FastSeg.Perf.Kit;

/// <summary>What a run of the kit was asked for.</summary>
/// <param name="Out">Where the results go.</param>
/// <param name="Minutes">How long all steps may take together.</param>
/// <param name="Simulated">Whether the simulated device stands in for a GPU, to try the kit.</param>
internal sealed record KitSettings(string Out, double Minutes, bool Simulated)
{
    /// <summary>Minutes where nobody says how many.</summary>
    public const double UsualMinutes = 8;

    private const string Usage =
        "usage: run.sh OUT [MINUTES] [--simulated]; OUT is a folder for the results, MINUTES is 8 where it is not said";

    /// <summary>Folders in which other programs are looked for, with colons between them.</summary>
    public string SearchPath { get; init; } = Environment.GetEnvironmentVariable("PATH") ?? "";

    /// <summary>The kind of device.</summary>
    public BackendKind Kind => Simulated ? BackendKind.Simulated : BackendKind.Cuda;

    /// <summary>Reads the words of the command line.</summary>
    /// <exception cref="FastSegException">They are not as they should be.</exception>
    public static KitSettings Parse(IEnumerable<string> words)
    {
        string[] all = [.. words], plain = [.. all.Where(word => word != "--simulated")];
        double minutes = UsualMinutes;
        if (plain.Length is 0 or > 2 || plain.Any(word => word.StartsWith('-')))
        {
            throw new FastSegException($"{Usage}.");
        }
        if (plain.Length == 2 && !(double.TryParse(plain[1], NumberStyles.Float, CultureInfo.InvariantCulture, out minutes)
            && minutes is >= 0.1 and <= 600))
        {
            throw new FastSegException($"MINUTES is \"{plain[1]}\"; it can be 0.1 to 600. {Usage}.");
        }
        return new KitSettings(Path.GetFullPath(plain[0]), minutes, plain.Length < all.Length);
    }
}
