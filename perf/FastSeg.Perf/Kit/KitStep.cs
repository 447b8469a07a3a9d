namespace FastSeg.Perf.Kit;

/// <summary>A step of the kit.</summary>
/// <param name="Name">Its name, in file names.</param>
/// <param name="Title">What it does.</param>
/// <param name="Seconds">Its limit where the run has eight minutes; other runs have as much in proportion.</param>
/// <param name="Run">Does it.</param>
internal sealed record KitStep(string Name, string Title, double Seconds, Action<StepWork> Run)
{
    /// <summary>The steps in the order of their value: where time runs out, what matters less is missing.</summary>
    public static IReadOnlyList<KitStep> All { get; } =
    [
        new("device", "Device, driver and clocks", 15, DeviceStep.Run),
        new("selftest", "Every family of kernels against the CPU", 95, SelfTestStep.Run),
        new("labels", "Labels against the CPU's, byte for byte", 90, LabelStep.Run),
        new("speed", "Rates, whole runs, latency", 140, SpeedStep.Run),
        new("sanitizer", "compute-sanitizer: memcheck and racecheck", 60, SanitizerStep.Run),
        new("peer", "PyTorch on the same GPU", 40, PeerStep.Run),
        new("counters", "Hardware counters of the heaviest kernels", 40, CounterStep.Run),
    ];

    /// <summary>Seconds that the step has in a run of so many minutes.</summary>
    public double Limit(double minutes) => Seconds * minutes / KitSettings.UsualMinutes;
}
