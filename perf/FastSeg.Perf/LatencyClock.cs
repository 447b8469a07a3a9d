using System.Diagnostics;

namespace FastSeg.Perf;

/// <summary>Times single frames until there are enough of them.</summary>
internal static class LatencyClock
{
    /// <summary>Most frames, least frames, and seconds after which no further one begins.</summary>
    public const int Most = 1000, Least = 20, Limit = 30;

    /// <summary>
    /// Seconds of frames before those that count, of which there is one at least: by then .NET has compiled what runs often a second time.
    /// </summary>
    public const int WarmUp = 3;

    /// <summary>Runs frames, and measures time, allocations and collections.</summary>
    /// <param name="name">What is computed.</param>
    /// <param name="setUp">Seconds that opening the session took.</param>
    /// <param name="frame">Computes a frame.</param>
    /// <param name="most">Most frames; where they are more than usual, all of them run however long they take.</param>
    public static Latency Run(string name, double setUp, Action frame, int most = Most)
    {
        double first = Seconds(frame);
        long start = Stopwatch.GetTimestamp();
        do
        {
            frame();
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUp);
        double[] seconds = new double[most];
        int count = 0, collections = GC.CollectionCount(0);
        long allocated = GC.GetTotalAllocatedBytes(true);
        start = Stopwatch.GetTimestamp();
        while (count < most && (count < Least || most > Most || Stopwatch.GetElapsedTime(start).TotalSeconds < Limit))
        {
            seconds[count++] = Seconds(frame);
        }
        allocated = GC.GetTotalAllocatedBytes(true) - allocated;
        return new Latency(name, "C#", [.. seconds.Take(count).Order()])
        {
            SetUp = setUp,
            First = first,
            Allocated = (double)allocated / count,
            Collections = GC.CollectionCount(0) - collections,
        };
    }

    /// <summary>Seconds that an action takes.</summary>
    public static double Seconds(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
