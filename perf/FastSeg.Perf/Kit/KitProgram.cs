namespace FastSeg.Perf.Kit;

/// <summary>The program's part that belongs to kits: it fills one, runs one, and works for the steps of a run.</summary>
internal static class KitProgram
{
    /// <summary>The workers by name.</summary>
    private static readonly Dictionary<string, Action<KitWorker>> Workers = new(StringComparer.Ordinal)
    {
        ["devices"] = DeviceStep.Work,
        ["selftest"] = SelfTestStep.Work,
        ["labels"] = LabelStep.Work,
        ["first"] = SpeedStep.First,
        ["families"] = SpeedStep.Families,
        ["whole"] = SpeedStep.Whole,
        ["tile"] = CounterStep.Tile,
    };

    /// <summary>Runs one of the three; the result is the exit code.</summary>
    /// <exception cref="FastSegException">The words are not as they should be.</exception>
    public static int Run(string[] words)
    {
        switch (words)
        {
            case ["run", .. var settings]:
                return KitRun.Run(KitSettings.Parse(settings));
            case ["prepare", string folder, string commit]:
                KitPrepare.Run(folder, commit);
                return 0;
            case ["work", string name, string file, string kind, string argument]:
                BackendKind device = kind == BackendKind.Simulated.Name() ? BackendKind.Simulated : BackendKind.Cuda;
                Workers[name](new KitWorker(device, argument, Findings.Into(file)));
                return 0;
            default:
                throw new FastSegException("kit takes \"run OUT [MINUTES] [--simulated]\" or \"prepare FOLDER COMMIT\".");
        }
    }
}
