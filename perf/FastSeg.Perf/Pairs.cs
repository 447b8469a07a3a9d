using System.Diagnostics;
using FastSeg.Cli.Scaling;

namespace FastSeg.Perf;

/// <summary>
/// How many times as fast one action is as another that it is compared with, from pairs of runs one after the other. A machine that slows
/// down does so for both of a pair; which of the two comes first alternates.
/// </summary>
/// <param name="Median">Median of the pairs' ratios.</param>
/// <param name="Lower">Their lower quartile.</param>
/// <param name="Upper">Their upper quartile.</param>
/// <param name="Seconds">Median seconds of the action.</param>
internal sealed record Pairs(double Median, double Lower, double Upper, double Seconds)
{
    /// <summary>Least pairs of a measurement.</summary>
    private const int Least = 9;

    private const int PauseMilliseconds = 200;

    /// <summary>Runs both actions once to warm up, and then in pairs: at least nine, or as many as runs are asked for.</summary>
    /// <param name="run">What was asked for.</param>
    /// <param name="off">What is compared with.</param>
    /// <param name="on">What is measured.</param>
    public static Pairs Measure(PerfRun run, Action off, Action on) => Measure(run, () => Time(off), () => Time(on));

    /// <summary>The same with actions that say themselves how many seconds they took.</summary>
    public static Pairs Measure(PerfRun run, Func<double> off, Func<double> on)
    {
        off();
        on();
        int count = Math.Max(Least, run.Options.Runs);
        double[] ratios = new double[count], seconds = new double[count];
        for (int i = 0; i < count; i++)
        {
            double before = i % 2 == 0 ? Paused(off) : 0;
            seconds[i] = Paused(on);
            ratios[i] = (i % 2 == 0 ? before : Paused(off)) / seconds[i];
        }
        return new Pairs(
            Quantile.Median(ratios), Quantile.Of(ratios, 0.25), Quantile.Of(ratios, 0.75), Quantile.Median(seconds));
    }

    /// <summary>Seconds of an action.</summary>
    public static double Time(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Paused(Func<double> action)
    {
        // The threads of the run before may still spin while they wait for work.
        Thread.Sleep(PauseMilliseconds);
        return action();
    }
}
