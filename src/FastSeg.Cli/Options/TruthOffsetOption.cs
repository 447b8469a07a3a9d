using System.CommandLine;

namespace FastSeg.Cli.Options;

/// <summary>--truth-offset.</summary>
internal static class TruthOffsetOption
{
    /// <summary>The option.</summary>
    public static Option<int> Create() => NumberOption.Whole(
        "--truth-offset",
        "Added to every value of the truth: 1 for truths whose classes start at 0. What is 0 then is unlabelled and ignored.",
        0, 0, ushort.MaxValue);
}
