using System.Diagnostics;
using FastSeg.Cli.Sessions;
using FastSeg.Deep.Upsamplers;

namespace FastSeg.Cli.Trainer;

/// <summary>
/// Runs one training in the trainer, a process of its own: it gets the job as a line, says news as lines, and stops when its input ends.
/// </summary>
internal static class TrainerProcess
{
    private const double SecondsBetweenLines = 5;

    /// <summary>Runs the job to its end; its output has been written then.</summary>
    /// <exception cref="FastSegException">The trainer cannot be built, or the job failed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static void Run(UpsamplerJob job, Session session)
    {
        string program = TrainerProgram.File(what => session.Error.WriteLine($"fastseg: {what}"), session.Cancellation);
        using Process trainer = TrainerProgram.Start(new ProcessStartInfo(TrainerProgram.Dotnet())
        {
            ArgumentList = { program },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        });
        using CancellationTokenRegistration stop = session.Cancellation.Register(() => Stop(trainer));
        UpsamplerNews? failure = null;
        try
        {
            trainer.StandardInput.WriteLine(job.ToLine());
            trainer.StandardInput.Flush();
            failure = Listen(trainer.StandardOutput, session);
        }
        catch (Exception e) when (
            e is IOException or ObjectDisposedException && (session.Cancellation.IsCancellationRequested || trainer.HasExited))
        {
            // An end of the pipe is closed, by the trainer or by a cancellation; what follows says more.
        }
        trainer.WaitForExit();
        session.Cancellation.ThrowIfCancellationRequested();
        if (failure is not null)
        {
            throw Failed(failure, session);
        }
        if (trainer.ExitCode != 0)
        {
            throw new FastSegException(
                $"The trainer ended with exit code {trainer.ExitCode} and wrote nothing; where memory was short, train on fewer pieces.");
        }
    }

    private static FastSegException Failed(UpsamplerNews failure, Session session)
    {
        if (failure is { Setting: { } setting, SettingWords: { } words })
        {
            return new FastSegException(failure.Text, setting, words);
        }
        if (failure.Trace is not null && session.Verbose)
        {
            session.Error.Write(failure.Trace + "\n");
        }
        return new FastSegException(failure.Trace is null || session.Verbose ? failure.Text : $"{failure.Text} (--verbose shows where)");
    }

    private static void Stop(Process trainer)
    {
        try
        {
            trainer.StandardInput.Close();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It has ended by itself, or is being stopped already.
        }
    }

    /// <summary>Says what the trainer says, progress every few seconds; returns its failure, or null.</summary>
    private static UpsamplerNews? Listen(TextReader news, Session session)
    {
        UpsamplerNews? failure = null, waiting = null;
        long said = 0;
        while (news.ReadLine() is { } line)
        {
            UpsamplerNews? item = UpsamplerNews.Parse(line);
            if (item?.Kind == UpsamplerNewsKind.Failure)
            {
                failure ??= item;
            }
            else if (item?.Kind == UpsamplerNewsKind.Note)
            {
                session.Error.WriteLine($"fastseg: {item.Text}");
            }
            else if (item is not null)
            {
                waiting = item;
                if (said == 0 || Stopwatch.GetElapsedTime(said).TotalSeconds >= SecondsBetweenLines)
                {
                    Say(session, item);
                    (said, waiting) = (Stopwatch.GetTimestamp(), null);
                }
            }
        }
        if (waiting is not null && failure is null)
        {
            Say(session, waiting);
        }
        return failure;
    }

    private static void Say(Session session, UpsamplerNews progress) =>
        session.Error.WriteLine(FormattableString.Invariant($"{100 * progress.Fraction,3:F0} %  {progress.Text}"));
}
