using System.CommandLine;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Options;
using FastSeg.Cli.Reports;
using FastSeg.Cli.Sessions;
using FastSeg.Cli.Text;

namespace FastSeg.Cli.Commands;

/// <summary>Compares every operation with its reference on this machine.</summary>
internal sealed class SelfTestCommand : FastSegCommand
{
    private readonly Option<string?> _emit = new("--emit")
    {
        Description =
            "Instead of testing, write every kernel's PTX and OpenCL C into a folder, named by kernel and sink, and with ptxas on the " +
            "path a table of registers, spills and shared memory.",
        HelpName = "DIR",
    };

    public SelfTestCommand() : base(
        "selftest", "Compares every operation with a scalar reference on random input.",
        "On the CPU (the default) filters, and what follows the transformer, are compared with float64 versions of their definitions " +
            "and the forest with libxgboost; a GPU is compared with the CPU. " +
            "Prints operation, size, largest error, what is allowed, and time. " +
            "On a GPU the time is the kernels', without copies, the best of five; the rate comes from counted bytes and operations, " +
            "and beside it stands what part it is of the copying or multiply-adds that were measured on the device first. " +
            "On the simulated device there are counts for a pixel instead, because its times mean nothing.",
        "fastseg selftest",
        "fastseg selftest --backend cuda",
        "fastseg selftest --backend simulated --emit kernels/") => Options.Add(_emit);

    /// <inheritdoc/>
    public override CommonUse Uses => CommonUse.Backend | CommonUse.Report;

    public override int Run(Session session)
    {
        if (session.Parsed.GetValue(_emit) is { } folder)
        {
            KernelFiles.Write(folder, session.Output, session.Cancellation);
            return ExitCode.Success;
        }
        var results = new List<BackendCheckResult>();
        BackendKind backend = session.Backend == BackendKind.Auto ? BackendKind.Cpu : session.Backend;
        string[] titles = backend switch
        {
            BackendKind.Cpu => ["time"],
            BackendKind.Simulated => ["bytes/px", "flops/px", "launches"],
            _ => ["time", "rate", "of measured"],
        };
        bool[] right = [false, false, true, true, .. titles.Select(_ => true), false];
        var table = new TextTable(right).Row(["operation", "size", "max error", "allowed", .. titles, ""]);
        foreach (BackendCheckResult result in BackendCheck.Run(backend, cancellation: session.Cancellation))
        {
            results.Add(result);
            string[] cells = backend switch
            {
                BackendKind.Cpu => [Milliseconds(result)],
                BackendKind.Simulated => Counts(result.Work),
                _ => [Milliseconds(result), .. Rate(result.Rate)],
            };
            string verdict = result.Passed ? "ok" : "FAILED";
            table.Row([result.Operation, result.Size, $"{result.MaxError:0.0e+0}", $"{result.Allowed:0.0e+0}", .. cells, verdict]);
        }
        table.Write(session.Output, "");
        int failed = results.Count(result => !result.Passed);
        session.Output.WriteLine($"{results.Count - failed} of {results.Count} within what is allowed");
        return failed == 0 ? ExitCode.Success : throw new FastSegException(
            $"{failed} of {results.Count} operations are off, first \"{results.First(result => !result.Passed).Operation}\"; " +
                $"please report this with the processor's name ({Machine.Here().Processor}).");
    }

    /// <summary>The cells of a rate and of its part of what was measured; empty where nothing was.</summary>
    internal static string[] Rate(BackendRate? rate) => rate is null ? ["", ""] :
    [
        rate.Flops ? $"{rate.PerSecond / 1e12:0.00} TFLOP/s" : $"{rate.PerSecond / 1e9:0.0} GB/s",
        rate.Share is { } share ? $"{100 * share:0} % of {(rate.Flops ? "multiply-adds" : "copying")}" : "measured",
    ];

    private static string[] Counts(BackendWork? work) =>
        work is null ? ["", "", ""] : [$"{work.BytesPerPixel:0.#}", $"{work.FlopsPerPixel:0}", $"{work.Launches}"];

    private static string Milliseconds(BackendCheckResult result) => $"{1000 * result.Seconds:0.000} ms";
}
