using System.Diagnostics;
using System.Globalization;

namespace FastSeg.Perf;

/// <summary>A run of the program: what it was asked for, the machine's bounds, and everything measured so far, printed as it comes.</summary>
internal sealed class PerfRun(PerfOptions options, Bounds bounds)
{
    private readonly List<Measurement> _measurements = [];
    private readonly List<Comparison> _comparisons = [];
    private readonly List<Quantity> _quantities = [];

    public PerfOptions Options { get; } = options;

    public Bounds Bounds { get; } = bounds;

    public IReadOnlyList<Measurement> Measurements => _measurements;

    public IReadOnlyList<Comparison> Comparisons => _comparisons;

    public IReadOnlyList<Quantity> Quantities => _quantities;

    /// <summary>Versions of the peers that took part.</summary>
    public SortedDictionary<string, string> PeerVersions { get; } = new(StringComparer.Ordinal);

    /// <summary>Seconds of the fastest of <see cref="PerfOptions.Runs"/> runs, after one to warm up.</summary>
    public double Best(Action action)
    {
        double best = double.MaxValue;
        for (int run = 0; run <= Options.Runs; run++)
        {
            long start = Stopwatch.GetTimestamp();
            action();
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            best = run == 0 ? best : Math.Min(best, seconds);
        }
        return best;
    }

    public void Add(Measurement measurement)
    {
        _measurements.Add(measurement);
        Console.WriteLine(Tables.Line(measurement, Bounds));
    }

    public void Add(Comparison comparison)
    {
        _comparisons.Add(comparison);
        Console.WriteLine(Tables.Line(comparison));
    }

    public void Add(Quantity quantity)
    {
        _quantities.Add(quantity);
        Console.WriteLine(Tables.Line(quantity));
    }

    /// <summary>Says something that is no measurement, such as a peer that is not installed.</summary>
    public static void Note(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
