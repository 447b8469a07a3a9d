using System.Globalization;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;
using FastSeg.Cli.Reports;
using FastSeg.Cli.Sessions;
using FastSeg.Cli.Text;

namespace FastSeg.Cli.Scaling;

/// <summary>Measures series of growing sizes, each size in a process of its own, and keeps what was measured after each of them.</summary>
/// <param name="session">Prints, says threads and backend, cancels.</param>
/// <param name="what">What is measured.</param>
/// <param name="folder">Where results go; it exists.</param>
internal sealed class ScalingRun(Session session, ScalingSettings what, string folder)
{
    /// <summary>Bytes a pixel of a label map.</summary>
    private const int LabelBytes = 1;

    private readonly List<ScalingSeries> _series = [];

    /// <summary>Measures one size, given the job and a folder for scratch; a process of its own where nothing else is set.</summary>
    public Func<PointJob, string, ScalingPoint>? Measure { get; init; }

    /// <summary>Measures everything, and returns it.</summary>
    public ScalingResult Run()
    {
        ScalingResult result = Result(CopyRate.Measure(session.Threads));
        Func<PointJob, string, ScalingPoint> measure = Measure ?? InProcess;
        result.Save(folder);
        DirectoryInfo scratch = Directory.CreateTempSubdirectory("fastseg-scaling-");
        try
        {
            IReadOnlyList<(string Name, PointJob Job)> jobs = what.Jobs(session, scratch.FullName);
            _series.AddRange(jobs.Select(job => new ScalingSeries(job.Name, [])));
            foreach (int side in what.Sizes)
            {
                string image = Path.Combine(scratch.FullName, "image.tif");
                string? refusal = Refusal(() => what.Mosaic.Save(image, side, session.Cancellation));
                for (int i = 0; i < jobs.Count; i++)
                {
                    PointJob job = jobs[i].Job with { Side = side, Image = image };
                    ScalingPoint point = refusal is null
                        ? measure(job, scratch.FullName)
                        : new ScalingPoint(side) { Stopped = refusal };
                    _series[i] = _series[i] with { Points = [.. _series[i].Points, point] };
                    Say(jobs.Count > 1 ? $"{jobs[i].Name}, " : "", point);
                    result = result with { Series = [.. _series] };
                    result.Save(folder);
                }
            }
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
        return result;
    }

    private ScalingResult Result(double copyRate) => new()
    {
        Version = FastSegVersion.Text,
        Date = DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        Machine = Machine.Here(),
        What = what.Description,
        Threads = session.Threads,
        Backend = session.BackendName,
        MemoryLimit = what.Memory,
        CopyBytesPerSecond = copyRate,
        BytesPerPixel = what.Mosaic.Type.Bytes() + LabelBytes,
        Series = [],
    };

    private ScalingPoint InProcess(PointJob job, string scratch)
    {
        string path = Path.Combine(scratch, "job.json");
        WholeFile.Write(path, job.ToJson());
        string[] device = session.DeviceMemory > 0 ? ["--device-memory", Text(session.DeviceMemory)] : [];
        string[] arguments =
        [
            PointProcess.Command, path, "--threads", Text(session.Threads), "--backend", session.BackendName, .. device,
        ];
        return PointProcess.Run(
            PointProcess.This(arguments), job.Side, line => session.Say(line.Replace("fastseg: ", "", StringComparison.Ordinal)),
            session.Cancellation);
    }

    private void Say(string name, ScalingPoint point)
    {
        if (point.Stopped is { } sentence)
        {
            session.Error.WriteLine($"fastseg: {name}{point.Side} x {point.Side}: stopped here: {sentence}");
            return;
        }
        session.Output.WriteLine(
            $"{name}{point.Side} x {point.Side}: {Units.Seconds(point.Seconds)}, " +
                $"{FormattableString.Invariant($"{point.Pixels / point.Seconds / 1e6:0.00}")} Mpx/s, peak {Units.Bytes(point.PeakBytes)} " +
                $"(planned {Units.Bytes(point.PlannedBytes)}), start-up {Units.Seconds(point.StartUp)}");
    }

    /// <summary>The sentence of a failure, such as a full disk; null where there is none.</summary>
    private static string? Refusal(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception e) when (e is FastSegException or IOException or UnauthorizedAccessException)
        {
            return ErrorText.Of(e);
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
