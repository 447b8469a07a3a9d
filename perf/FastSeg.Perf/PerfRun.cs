using System.Diagnostics;
using System.Globalization;

namespace FastSeg.Perf;

/// <summary>
/// A run of the program: what it was asked for, the machine's bounds, and everything measured so far, printed as it comes.
/// </summary>
internal sealed class PerfRun(PerfOptions options, Bounds bounds)
{
    private const double WarmUpSeconds = 2;
    private const int PauseMilliseconds = 200;

    // An operation that takes less than this runs so many times as often, together with all that it is compared with: a few short runs
    // could all fall into one burst of a neighbour's load.
    private const double ShortSeconds = 0.05;
    private const int ShortTimes = 5;

    private readonly List<Measurement> _measurements = [];
    private readonly List<Comparison> _comparisons = [];
    private readonly List<Quantity> _quantities = [];
    private readonly List<Latency> _latencies = [];

    public PerfOptions Options { get; } = options;

    public Bounds Bounds { get; } = bounds;

    public IReadOnlyList<Measurement> Measurements => _measurements;

    public IReadOnlyList<Comparison> Comparisons => _comparisons;

    public IReadOnlyList<Quantity> Quantities => _quantities;

    public IReadOnlyList<Latency> Latencies => _latencies;

    /// <summary>Called after each result, for who writes them down as they come.</summary>
    public Action? Added { get; init; }

    /// <summary>Versions of the peers that took part.</summary>
    public SortedDictionary<string, string> PeerVersions { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Seconds of the fastest of <see cref="PerfOptions.Runs"/> runs, or of five times as many where one takes less than 50 ms. Before
    /// them the action runs for two seconds, and at least once, to warm up: .NET compiles what runs often a second time, in the background,
    /// and a single short run would be over before that. Where a simulation stands in for a GPU, no time counts, and nothing warms up.
    /// </summary>
    public double Best(Action action) => Best([action])[0];

    /// <summary>
    /// The same for several actions that are compared. They take turns, so that a machine that slows down does so for all of them.
    /// </summary>
    /// <param name="actions">What is compared.</param>
    /// <param name="before">Runs before each of them; its time does not count.</param>
    public double[] Best(IReadOnlyList<Action> actions, Action? before = null)
    {
        foreach (Action action in actions)
        {
            long warm = Stopwatch.GetTimestamp();
            do
            {
                before?.Invoke();
                action();
            }
            while (!Options.Simulated && Stopwatch.GetElapsedTime(warm).TotalSeconds < WarmUpSeconds);
        }
        double[] best = [.. actions.Select(_ => double.MaxValue)];
        for (int run = 0; run < Options.Runs || (best.Min() < ShortSeconds && run < ShortTimes * Options.Runs); run++)
        {
            for (int i = 0; i < best.Length; i++)
            {
                before?.Invoke();
                // The threads of the action before may still spin while they wait for work.
                Thread.Sleep(best.Length > 1 ? PauseMilliseconds : 0);
                long start = Stopwatch.GetTimestamp();
                actions[i]();
                best[i] = Math.Min(best[i], Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }
        return best;
    }

    public void Add(Measurement measurement)
    {
        _measurements.Add(measurement);
        Console.WriteLine(Tables.Line(measurement, Bounds));
        Added?.Invoke();
    }

    public void Add(Comparison comparison)
    {
        _comparisons.Add(comparison);
        Console.WriteLine(Tables.Line(comparison));
        Added?.Invoke();
    }

    public void Add(Quantity quantity)
    {
        _quantities.Add(quantity);
        Console.WriteLine(Tables.Line(quantity));
        Added?.Invoke();
    }

    public void Add(Latency latency)
    {
        _latencies.Add(latency);
        Console.WriteLine(LatencyTable.Line(latency));
        Added?.Invoke();
    }

    /// <summary>Says something that is no measurement, such as a peer that is not installed.</summary>
    public static void Note(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
