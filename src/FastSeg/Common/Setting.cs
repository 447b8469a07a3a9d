namespace FastSeg;

/// <summary>
/// The settings that the sentences of failures name. A program whose users know them by other names, such as flags, puts those names into a
/// sentence with <see cref="FastSegException.MessageWith"/>.
/// </summary>
public enum Setting
{
    /// <summary>Most bytes that the process may use.</summary>
    Memory,

    /// <summary>Most bytes of a device's memory that the buffers may take.</summary>
    DeviceMemory,

    /// <summary>What computes: the CPU, or a device of some kind.</summary>
    Backend,

    /// <summary>The folder of the transformer that deep features come from.</summary>
    Backbone,

    /// <summary>How many deep features there are.</summary>
    Channels,

    /// <summary>The samples that deep features see as 0 and 1.</summary>
    Range,

    /// <summary>Whether an import takes all rounds of a training that stopped early, and not only those up to the best.</summary>
    AllRounds,

    /// <summary>At which scales deep features see a page.</summary>
    Scales,

    /// <summary>By what the probability of each class is multiplied under safe smoothing.</summary>
    ClassWeights,

    /// <summary>The projection of tokens on deep features.</summary>
    Projection,

    /// <summary>How many threads compute.</summary>
    Threads,

    /// <summary>Which channels deep features see as red, green and blue.</summary>
    Rgb,

    /// <summary>The image that says which pixels are left out.</summary>
    Mask,

    /// <summary>What stands for samples that are NaN or infinite.</summary>
    NanAs,
}
