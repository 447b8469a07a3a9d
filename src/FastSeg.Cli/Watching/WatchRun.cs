using System.Text;
using System.Text.Json;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;
using FastSeg.Cli.Reports;
using FastSeg.Cli.Sessions;

namespace FastSeg.Cli.Watching;

/// <summary>Segments the files of a folder as they arrive, until the session is cancelled.</summary>
/// <param name="session">Says what goes wrong, and gets a line for each file.</param>
/// <param name="job">What is watched, and what is done with each file.</param>
internal sealed class WatchRun(Session session, WatchJob job)
{
    /// <summary>Between two looks into the folder; a look into a full one takes long, so then the pause grows.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Between two attempts to write where the disk is full, or the folder away.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    private const int LookShare = 10;

    private string? _trouble;

    /// <summary>Watches.</summary>
    /// <exception cref="OperationCanceledException">A signal ended it, as nothing else does well.</exception>
    /// <exception cref="FastSegException">
    /// There is no such folder, another watch writes to the same place, or the journal or standard output cannot be written.
    /// </exception>
    public void Run()
    {
        if (!Directory.Exists(job.Folder))
        {
            throw new FastSegException($"{job.Folder} is no folder, so nothing arrives there; name one that exists.");
        }
        Folder.Make(job.Output);
        using var journal = new WatchJournal(job.Output, job.Run);
        using var arrivals = new Arrivals(job.Folder, job.Patterns, job.Still);
        session.Error.WriteLine(
            $"fastseg: watching {job.Folder} for {string.Join(' ', job.Patterns)}; results go to {job.Output}. A signal (Ctrl-C) ends it.");
        journal.SayUnsaid(session.Output.WriteLine);
        while (true)
        {
            long start = Environment.TickCount64;
            IReadOnlyList<Arrival> ready = Look(arrivals, journal);
            TimeSpan looked = TimeSpan.FromMilliseconds(Environment.TickCount64 - start);
            bool goesOn = ready.All(file => Take(file, arrivals, journal));
            Wait(goesOn ? TimeSpan.FromTicks(Math.Max(Pause.Ticks, LookShare * looked.Ticks)) : Retry);
        }
    }

    private void Wait(TimeSpan time)
    {
        session.Cancellation.WaitHandle.WaitOne(time);
        session.Cancellation.ThrowIfCancellationRequested();
    }

    private IReadOnlyList<Arrival> Look(Arrivals arrivals, WatchJournal journal)
    {
        try
        {
            return arrivals.Complete(file => journal.Has(file, PathOf(file)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            SayOnce($"{job.Folder} cannot be read now ({ErrorText.OneLine(e.Message).TrimEnd('.')}); the watch waits for it.");
            return [];
        }
    }

    /// <summary>Segments a file; false where results cannot be written now, so that it must come again.</summary>
    private bool Take(Arrival file, Arrivals arrivals, WatchJournal journal)
    {
        session.Cancellation.ThrowIfCancellationRequested();
        string path = PathOf(file);
        if (arrivals.StateOf(file.Name) != file)
        {
            return true;
        }
        ReportImage result;
        string? output = null;
        try
        {
            OutputPaths paths = job.Paths(path);
            Refuse(file, paths, journal);
            result = job.Segment(path, paths);
            output = Path.GetFileName(paths.Labels);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            string sentence = ErrorText.Of(e, session.Verbose);
            if (IsTrouble(e))
            {
                SayOnce($"{sentence} The watch tries again.");
                return false;
            }
            result = new ReportImage(path) { Failure = sentence };
        }
        _trouble = null;
        // A file that was written to, or taken away, while it was read is no longer what was segmented.
        if (arrivals.StateOf(file.Name) is { } now ? now == file : output is not null)
        {
            if (result.Failure is { } failure)
            {
                session.Error.WriteLine($"fastseg: {(failure.Contains(path, StringComparison.Ordinal) ? "" : $"{path}: ")}{failure}");
            }
            journal.Keep(file, path, output, Line(result), session.Output.WriteLine);
        }
        return true;
    }

    private string PathOf(Arrival file) => Path.Combine(job.Folder, file.Name);

    /// <summary>Refuses a file whose results would replace those of another one.</summary>
    private static void Refuse(Arrival file, OutputPaths paths, WatchJournal journal)
    {
        if (journal.OwnerOf(Path.GetFileName(paths.Labels)) is { } owner && owner != file.Name)
        {
            throw new FastSegException(
                $"{file.Name} and {owner} would both be written to {paths.Labels}; give one of them another name.");
        }
    }

    /// <summary>
    /// Whether a failure is that of the disk that results go to, so that no file is at fault and every other one would fail, too.
    /// </summary>
    private bool IsTrouble(Exception e) =>
        e is FastSegException && e.Message.StartsWith(job.Output, StringComparison.Ordinal)
        && e.Message.Contains(" cannot be written: ", StringComparison.Ordinal);

    private void SayOnce(string sentence)
    {
        if (_trouble != sentence)
        {
            session.Error.WriteLine($"fastseg: {sentence}");
            _trouble = sentence;
        }
    }

    private static string Line(ReportImage result)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            result.Write(json);
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
