using System.Diagnostics;
using System.Text;
using System.Text.Json;
using FastSeg.Cli;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Watching;

/// <summary>A watch that runs inside the test process until this is disposed.</summary>
internal sealed class RunningWatch : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private readonly CancellationTokenSource _stop = new();
    private readonly SharedText _output = new(), _error = new();
    private readonly Task<int> _run;

    public RunningWatch(params string[] arguments)
    {
        _run = Task.Run(() => new App(_output, _error, terminal: false, _stop.Token).Run(arguments));
        Until(() => Error.Contains("watching", StringComparison.Ordinal) || _run.IsCompleted);
    }

    /// <summary>What was printed on standard error.</summary>
    public string Error => _error.ToString();

    /// <summary>The lines on standard output, read as JSON.</summary>
    public JsonElement[] Lines => Parse(_output.ToString());

    /// <summary>Names of the files that have a line, in the lines' order; failed ones with ! behind.</summary>
    public string[] Files => [.. Lines.Select(NameOf)];

    /// <summary>The lines of an output.</summary>
    public static JsonElement[] Parse(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>The name of a line's file, with ! behind where it failed.</summary>
    public static string NameOf(JsonElement line) =>
        Path.GetFileName(line.GetProperty("image").GetString()) + (line.TryGetProperty("error", out _) ? "!" : "");

    /// <summary>Waits until something is so.</summary>
    public static void Until(Func<bool> reached, Func<string>? otherwise = null)
    {
        var watch = Stopwatch.StartNew();
        while (!reached())
        {
            Assert.That(watch.Elapsed, Is.LessThan(Patience), otherwise?.Invoke() ?? "it never came");
            Thread.Sleep(10);
        }
    }

    /// <summary>Waits until there are as many lines.</summary>
    public void Await(int lines)
    {
        Until(() => Lines.Length >= lines || _run.IsCompleted, () => $"{string.Join(' ', Files)}; {Error}");
        Assert.That(Lines, Has.Length.AtLeast(lines), Error);
    }

    /// <summary>Ends it, and returns its exit code.</summary>
    public int Stop()
    {
        _stop.Cancel();
        return _run.Result;
    }

    public void Dispose()
    {
        Stop();
        _stop.Dispose();
        _output.Dispose();
        _error.Dispose();
    }

    /// <summary>A text that one thread writes and another reads.</summary>
    private sealed class SharedText : StringWriter
    {
        private readonly Lock _gate = new();

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            lock (_gate)
            {
                base.Write(value);
            }
        }

        public override void Write(string? value)
        {
            lock (_gate)
            {
                base.Write(value);
            }
        }

        public override void WriteLine(string? value) => Write(value + "\n");

        public override string ToString()
        {
            lock (_gate)
            {
                return base.ToString();
            }
        }
    }
}
