using FastSeg.Cli.Text;
using FastSeg.Reference;

namespace FastSeg.Cli.Commands;

/// <summary>Compares the engine with its references on this machine.</summary>
internal sealed class SelfTestCommand(App app) : FastSegCommand(
    app, "selftest", "Compares every operation of the engine with a scalar reference on random input.",
    "On the CPU (the default) filters, and what follows the transformer, are compared with float64 versions of their definitions and the forest with libxgboost; " +
        "a GPU is compared with the CPU. Prints operation, size, largest error, what is allowed, and time.",
    "fastseg selftest",
    "fastseg selftest --backend cuda")
{
    public override int Run(Session session)
    {
        var results = new List<EngineCheckResult>();
        var table = new TextTable(false, false, true, true, true, false).Row("operation", "size", "max error", "allowed", "time", "");
        BackendKind backend = session.Backend == BackendKind.Auto ? BackendKind.Cpu : session.Backend;
        foreach (EngineCheckResult result in EngineCheck.Run(backend, cancellation: session.Cancellation))
        {
            results.Add(result);
            table.Row(result.Operation, result.Size, $"{result.MaxError:0.0e+0}", $"{result.Allowed:0.0e+0}", $"{1000 * result.Seconds:0.00} ms", result.Passed ? "ok" : "FAILED");
        }
        table.Write(session.Output, "");
        int failed = results.Count(result => !result.Passed);
        session.Output.WriteLine($"{results.Count - failed} of {results.Count} within what is allowed");
        return failed == 0 ? ExitCode.Success : throw new FastSegException(
            $"{failed} of {results.Count} operations are off, first \"{results.First(result => !result.Passed).Operation}\"; please report this with the processor's name ({Machine.Here().Processor}).");
    }
}
