using Spectre.Console;

namespace FastSeg.Cli.Terminal;

/// <summary>A progress bar on a terminal. The only user of Spectre.Console, so that it loads only when there is a bar to draw.</summary>
internal static class ProgressBar
{
    /// <summary>Draws a bar while <paramref name="run"/> works and reports, and clears it afterwards.</summary>
    public static T Run<T>(TextWriter error, string what, Func<IProgress<double>, T> run)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(what), maxValue: 1);
                return run(new Bar(task));
            });
    }

    /// <summary>Reports come from several threads and may overtake each other: the bar never goes back.</summary>
    private sealed class Bar(ProgressTask task) : IProgress<double>
    {
        private readonly Lock _gate = new();

        public void Report(double value)
        {
            lock (_gate)
            {
                task.Value = Math.Max(task.Value, value);
            }
        }
    }
}
