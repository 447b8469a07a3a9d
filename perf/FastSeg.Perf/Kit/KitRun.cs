using System.Diagnostics;

namespace FastSeg.Perf.Kit;

/// <summary>
/// Goes through the steps. Each has a limit of its own and writes its result before the next begins; one that fails, or is stopped, does
/// not keep the others from running.
/// </summary>
internal static class KitRun
{
    /// <summary>Runs all steps; the exit code is 1 where one failed or was stopped.</summary>
    public static int Run(KitSettings settings) => Run(settings, KitStep.All, KitFolder.Required.Recipe);

    /// <summary>Runs some steps, of a kit that was made in some way.</summary>
    public static int Run(KitSettings settings, IReadOnlyList<KitStep> steps, Recipe recipe)
    {
        StepReport[] reports = [.. steps.Select((step, i) => new StepReport
        {
            Number = i + 1,
            Name = step.Name,
            Title = step.Title,
            Simulated = settings.Simulated,
            Limit = step.Limit(settings.Minutes),
        })];
        string scratch = Prepare(settings.Out, [KitPage.FileName, .. reports.Select(report => report.FileName)]);
        long start = Stopwatch.GetTimestamp();
        double until = 0;
        foreach ((KitStep step, StepReport report) in steps.Zip(reports))
        {
            until += report.Limit;
            report.Limit = Math.Max(until - Stopwatch.GetElapsedTime(start).TotalSeconds, 0);
            Console.WriteLine($"{report.Number}. {report.Title} (at most {report.Limit:0} s)");
            Run(step, report, settings, scratch);
            KitPage.Write(Path.Combine(settings.Out, KitPage.FileName), recipe, settings, reports);
            Console.WriteLine($"   {report.State}, {report.Seconds:0.0} s");
        }
        Delete(scratch);
        Console.WriteLine($"{Path.Combine(settings.Out, KitPage.FileName)} says what was found; docs/gpu.md says where to send it.");
        return reports.Any(report => report.State is StepReport.Failed or StepReport.Stopped) ? 1 : 0;
    }

    /// <summary>
    /// Makes the folder of the results, and takes away those of an earlier run, so that no step shows another run's. Makes a folder for
    /// what is only needed meanwhile, and returns it.
    /// </summary>
    private static string Prepare(string folder, string[] names)
    {
        try
        {
            Directory.CreateDirectory(folder);
            Array.ForEach(names, name => File.Delete(Path.Combine(folder, name)));
            File.WriteAllText(Path.Combine(folder, KitPage.FileName), "");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FastSegException($"{folder} cannot take the results: {e.Message.TrimEnd('.')}; name a folder that can be written.");
        }
        try
        {
            return Directory.CreateTempSubdirectory("fastseg-kit-").FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FastSegException(
                $"The temporary folder {Path.GetTempPath()} cannot be written: {e.Message.TrimEnd('.')}; let TMPDIR name one that can.");
        }
    }

    private static void Run(KitStep step, StepReport report, KitSettings settings, string all)
    {
        string path = Path.Combine(settings.Out, report.FileName), scratch = Path.Combine(all, report.Name);
        long start = Stopwatch.GetTimestamp();
        void Save()
        {
            report.Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            Findings.Write(path, report);
        }
        report.State = StepReport.Running;
        report.Found.Save = Save;
        Save();
        try
        {
            Directory.CreateDirectory(scratch);
            // What the driver assembled for one step, the next finds.
            step.Run(new StepWork(settings, report, scratch, Path.Combine(all, "assembled")));
        }
        catch (Exception e)
        {
            report.Found.Fail($"{e.GetType().Name}: {e.Message}");
        }
        report.End();
        Save();
        Delete(scratch);
    }

    private static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A process that hangs in the driver may still write there; nobody waits for it.
        }
    }
}
