namespace FastSeg.Cli.Options;

/// <summary>
/// Which of the options that every command takes a command uses. Its help lists these; the others are taken and change nothing.
/// </summary>
[Flags]
internal enum CommonUse
{
    /// <summary>None but --verbose.</summary>
    None = 0,

    /// <summary>--threads.</summary>
    Threads = 1,

    /// <summary>--backend.</summary>
    Backend = 2,

    /// <summary>--device-memory.</summary>
    DeviceMemory = 4,

    /// <summary>--report.</summary>
    Report = 8,

    /// <summary>All of them.</summary>
    All = Threads | Backend | DeviceMemory | Report,
}
