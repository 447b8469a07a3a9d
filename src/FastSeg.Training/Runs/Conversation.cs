using FastSeg.Deep.Upsamplers;

namespace FastSeg.Learning.Runs;

/// <summary>
/// What the trainer and whoever started it say to each other: a job comes in as one line, news go out as lines, and the end of the input
/// stops the training, so that it never outlives the program that wanted it.
/// </summary>
/// <param name="input">Where the job comes from.</param>
/// <param name="output">Where news go.</param>
internal sealed class Conversation(TextReader input, TextWriter output)
{
    private const int Done = 0, Failed = 1, Stopped = 130;

    /// <summary>Runs the job and returns the exit code.</summary>
    public int Run()
    {
        using var stop = new CancellationTokenSource();
        // The terminal sends Ctrl-C to this program, too; the one that started it decides.
        Console.CancelKeyPress += (_, pressed) => pressed.Cancel = true;
        bool failed = false;
        void Tell(UpsamplerNews news)
        {
            failed |= news.Kind == UpsamplerNewsKind.Failure;
            output.WriteLine(news.ToLine());
            output.Flush();
        }
        try
        {
            UpsamplerJob job = UpsamplerJob.Parse(input.ReadLine() ?? "");
            new Thread(() => Watch(stop)) { IsBackground = true }.Start();
            new JobRun(job, Tell, stop.Token).Run();
            return failed ? Failed : Done;
        }
        catch (OperationCanceledException)
        {
            return Stopped;
        }
        catch (FastSegException e)
        {
            Tell(new UpsamplerNews(UpsamplerNewsKind.Failure, e.Message) { Setting = e.Setting, SettingWords = e.SettingWords });
            return Failed;
        }
        catch (Exception e)
        {
            string what = $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}";
            Tell(new UpsamplerNews(UpsamplerNewsKind.Failure, $"The trainer failed: {what}") { Trace = e.ToString() });
            return Failed;
        }
    }

    private void Watch(CancellationTokenSource stop)
    {
        while (input.ReadLine() is not null)
        {
        }
        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The job has ended meanwhile.
        }
    }
}
