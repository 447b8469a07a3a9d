namespace FastSeg;

/// <summary>
/// The settings that failures name. A program that calls them otherwise, say by flags, puts its own names into the sentences:
/// <see cref="FastSegException.MessageWith"/>.
/// </summary>
public enum Setting
{
    /// <summary>Most bytes that the process may use.</summary>
    Memory,

    /// <summary>Most bytes of a device's memory.</summary>
    DeviceMemory,

    /// <summary>What computes: the CPU, or a device of some kind.</summary>
    Backend,

    /// <summary>The folder of the transformer that deep features come from.</summary>
    Backbone,

    /// <summary>How many deep features there are.</summary>
    Channels,

    /// <summary>The samples that deep features see as 0 and 1.</summary>
    Range,

    /// <summary>Whether all rounds of trees are imported that were stopped early.</summary>
    AllRounds,
}
