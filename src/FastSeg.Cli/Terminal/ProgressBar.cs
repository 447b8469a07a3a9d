using System.Diagnostics;
using FastSeg.Common;
using Spectre.Console;

namespace FastSeg.Cli.Terminal;

/// <summary>A progress bar on a terminal. The only user of Spectre.Console, so that it loads only when there is a bar to draw.</summary>
internal static class ProgressBar
{
    /// <summary>Progress that nobody sees.</summary>
    private const double Nothing = 1e-9;

    /// <summary>
    /// Draws a bar, with the rate where the pixels are known, while <paramref name="run"/> works and reports, and clears it afterwards.
    /// What it is given to print lines stays above the bar.
    /// </summary>
    public static T Run<T>(TextWriter error, string what, long pixels, Func<IProgress<double>, Action<string>, T> run)
    {
        TextWriter terminal = error is StandardStream stream ? stream.Unescaped : error;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal) });
        Progress bar = console.Progress();
        bar.RefreshRate = TimeSpan.FromMilliseconds(250);
        return bar
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(PlainText.Of(what)), maxValue: 1);
                DrawOnce(context, task);
                return run(new Bar(task, Markup.Escape(what), pixels), line => console.WriteLine(PlainText.Of(line)));
            });
    }

    /// <summary>
    /// Draws the bar at its beginning, with a time that remains. What the libraries take for it is resident then, and so in the plan that
    /// the run makes: 7 MiB, of which 3 would otherwise come only after the plan.
    /// </summary>
    private static void DrawOnce(ProgressContext context, ProgressTask task)
    {
        for (int i = 0; i < 2; i++)
        {
            task.Increment(Nothing);
            context.Refresh();
        }
    }

    /// <summary>
    /// Reports come from several threads and may overtake each other: the bar never goes back. A drawing leaves some 75 KiB for the garbage
    /// collector, which by itself waits for tens of MiB where the processor has large caches; that would be more memory than was planned.
    /// </summary>
    private sealed class Bar(ProgressTask task, string what, long pixels) : IProgress<double>
    {
        private static readonly TimeSpan BetweenCollections = TimeSpan.FromSeconds(2);

        private static readonly TimeSpan BeforeRate = TimeSpan.FromSeconds(1);

        private readonly Lock _gate = new();
        private readonly long _start = Stopwatch.GetTimestamp();
        private readonly RecentRate _recent = new();
        private long _collected = Stopwatch.GetTimestamp();

        public void Report(double value)
        {
            lock (_gate)
            {
                task.Value = Math.Max(task.Value, value);
                TimeSpan elapsed = Stopwatch.GetElapsedTime(_start);
                double rate = _recent.Take(elapsed, task.Value);
                if (pixels > 0 && rate > 0 && elapsed > BeforeRate)
                {
                    task.Description = $"{what} {ProgressLines.Rate(rate, pixels)}";
                }
                if (Stopwatch.GetElapsedTime(_collected) >= BetweenCollections)
                {
                    GC.Collect(0);
                    _collected = Stopwatch.GetTimestamp();
                }
            }
        }
    }
}
