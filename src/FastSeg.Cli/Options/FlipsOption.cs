using System.CommandLine;

namespace FastSeg.Cli.Options;

/// <summary>--flip-average: whether tokens are averaged over the four flips of a window.</summary>
internal static class FlipsOption
{
    /// <summary>The option; null where it is left out.</summary>
    public static Option<bool?> Create() => new("--flip-average")
    {
        HelpName = "true|false",
        Description =
            "Average tokens over the four flips of every window: four times the time, and most of the positional bias is gone. " +
            "[default: what MODELDIR says, otherwise false]",
    };
}
