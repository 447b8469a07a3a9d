using System.Text.Json.Serialization;

namespace FastSeg.Cli.Scaling;

/// <summary>What was measured at one size, in a process of its own.</summary>
/// <param name="Side">Columns and rows of the image.</param>
internal sealed record ScalingPoint(int Side)
{
    /// <summary>Why nothing was measured, a sentence; null where something was.</summary>
    public string? Stopped { get; init; }

    /// <summary>Median wall time of a run, from the model in memory to the closed outputs.</summary>
    public double Seconds { get; init; }

    /// <summary>The time of each run, in the order in which they ran.</summary>
    public IReadOnlyList<double> Runs { get; init; } = [];

    /// <summary>Seconds from the start of the process until the model was loaded.</summary>
    public double StartUp { get; init; }

    /// <summary>Seconds by stage of the run with the median time: busy time over the number of threads.</summary>
    public IReadOnlyList<StageSeconds> Stages { get; init; } = [];

    /// <summary>Most memory the process had held after its first run (VmHWM).</summary>
    public long PeakBytes { get; init; }

    /// <summary>Whether the peak is that run's alone; where the system does not set it back, it may be the warm-up's.</summary>
    public bool PeakOfRun { get; init; }

    /// <summary>What the plan foresaw of it, before that run.</summary>
    public long PlannedBytes { get; init; }

    /// <summary>The collector's heap after the last run; it is part of the peak.</summary>
    public long ManagedBytes { get; init; }

    /// <summary>What ONNX Runtime works in, as it was planned; 0 where no transformer runs. It is part of the peak.</summary>
    public long TransformerBytes { get; init; }

    /// <summary>Bytes of samples that were read in a run, those around tiles included.</summary>
    public long ReadBytes { get; init; }

    /// <summary>Bytes of samples that were written in a run, before they were compressed.</summary>
    public long WrittenBytes { get; init; }

    /// <summary>What a run took of a device; null on the processor.</summary>
    public DeviceUse? Device { get; init; }

    /// <summary>What computed, and why no GPU did where one is there; null where nothing was measured.</summary>
    public string? Backend { get; init; }

    /// <summary>Pixels of the image.</summary>
    [JsonIgnore]
    public double Pixels => (double)Side * Side;

    /// <summary>Whether there are numbers.</summary>
    [JsonIgnore]
    public bool Measured => Stopped is null;
}

/// <summary>The time of a stage.</summary>
/// <param name="Name">Its name, as reports write it.</param>
/// <param name="Seconds">Busy time over the number of threads.</param>
internal sealed record StageSeconds(string Name, double Seconds);

/// <summary>What a run took of a device.</summary>
/// <param name="MemoryBytes">Bytes of its buffers on the device.</param>
/// <param name="Transfers">Transfers over the bus, as counted in the code; null where they are not counted, with deep features.</param>
/// <param name="UpBytes">Bytes to the device, likewise.</param>
/// <param name="DownBytes">Bytes from the device, likewise.</param>
internal sealed record DeviceUse(long MemoryBytes, long? Transfers, long? UpBytes, long? DownBytes);
