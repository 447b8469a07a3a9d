using System.Diagnostics;

namespace FastSeg.Perf.Kit;

/// <summary>
/// Goes through the steps. Each has a limit of its own and writes its result before the next begins; one that fails, or is stopped, does
/// not keep the others from running.
/// </summary>
internal static class KitRun
{
    /// <summary>Runs all steps; the exit code is 1 where one failed or was stopped.</summary>
    public static int Run(KitSettings settings)
    {
        KitFolder kit = KitFolder.Required;
        StepReport[] reports = [.. KitStep.All.Select((step, i) => new StepReport
        {
            Number = i + 1,
            Name = step.Name,
            Title = step.Title,
            Simulated = settings.Simulated,
            Limit = step.Limit(settings.Minutes),
        })];
        Prepare(settings.Out, [KitPage.FileName, .. reports.Select(report => report.FileName)]);
        foreach ((KitStep step, StepReport report) in KitStep.All.Zip(reports))
        {
            Console.WriteLine($"{report.Number}. {report.Title} (at most {report.Limit:0} s)");
            Run(step, report, settings);
            KitPage.Write(Path.Combine(settings.Out, KitPage.FileName), kit, settings, reports);
            Console.WriteLine($"   {report.State}, {report.Seconds:0.0} s");
        }
        Console.WriteLine($"{Path.Combine(settings.Out, KitPage.FileName)} says what was found; docs/gpu.md says where to send it.");
        return reports.Any(report => report.State is StepReport.Failed or StepReport.Stopped) ? 1 : 0;
    }

    /// <summary>Makes the folder of the results, and takes away those of an earlier run, so that no step shows another run's.</summary>
    private static void Prepare(string folder, string[] names)
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
    }

    private static void Run(KitStep step, StepReport report, KitSettings settings)
    {
        string path = Path.Combine(settings.Out, report.FileName);
        string scratch = Directory.CreateTempSubdirectory("fastseg-kit-").FullName;
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
            step.Run(new StepWork(settings, report, scratch));
        }
        catch (Exception e)
        {
            report.Found.Fail($"{e.GetType().Name}: {e.Message}");
        }
        report.End();
        Save();
        try
        {
            Directory.Delete(scratch, recursive: true);
        }
        catch (IOException)
        {
            // A process that hangs in the driver may still write there; the next step does not wait for it.
        }
    }
}
