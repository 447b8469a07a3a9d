using System.Globalization;
using FastSeg.Checks;

namespace FastSeg.Perf.Kit;

/// <summary>The self-test of the device, part by part, each part in a process of its own.</summary>
internal static class SelfTestStep
{
    private static readonly string[] Columns = ["operation", "size", "largest error", "allowed", "ms", "rate", "verdict"];

    public static void Run(StepWork work)
    {
        work.Workers("selftest", GpuCheck.Parts);
        if (work.Settings.Simulated)
        {
            work.Found.CannotDo("times: a simulation has none.");
        }
    }

    /// <summary>Some parts, with spaces between them.</summary>
    public static void Work(KitWorker worker)
    {
        foreach (BackendCheckResult result in worker.Argument.Split(' ').SelectMany(part => GpuCheck.Run(worker.Kind, 1, part)))
        {
            string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
            string rate = result.Rate is { } found
                ? $"{Text(found.PerSecond / 1e9, "0.0")} {(found.Flops ? "GFLOP/s" : "GB/s")}"
                    + (found.Share is { } share ? $", {Text(100 * share, "0")} %" : "")
                : "";
            string error = Text(result.MaxError, "0.0e+0"), allowed = Text(result.Allowed, "0.0e+0");
            worker.Found.Row(
                "Self-test", Columns, result.Operation, result.Size, error, allowed,
                result.Seconds > 0 ? Text(1e3 * result.Seconds, "0.000") : "", rate, result.Passed ? "ok" : "FAILED");
            if (!result.Passed)
            {
                worker.Found.Fail($"{result.Operation}: off by {error}, {allowed} is allowed.");
            }
        }
    }
}
