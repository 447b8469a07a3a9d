using System.Globalization;

namespace FastSeg.Cli.Cluster;

/// <summary>The commands of a cluster's jobs, as a shell reads them.</summary>
/// <param name="Prepare">Finds out what all blocks need of whole images; null where they need nothing.</param>
/// <param name="Areas">Looks for the areas of safe smoothing in one share of the images; null where they are not needed.</param>
/// <param name="Segment">Segments one block.</param>
/// <param name="Finish">Puts the blocks together.</param>
internal sealed record BlockCommands(string? Prepare, string? Areas, string Segment, string Finish)
{
    /// <summary>Number of a task of an array, and its cores, as SLURM tells a script.</summary>
    private const string Task = "\"$SLURM_ARRAY_TASK_ID/{0}\"", Cores = "\"${SLURM_CPUS_PER_TASK:-1}\"";

    /// <summary>The commands of a segmentation in blocks.</summary>
    /// <param name="program">Makes a line of this program's arguments.</param>
    /// <param name="segment">Arguments of segment: model, images, output, and options that all tasks share.</param>
    /// <param name="output">OUT.</param>
    /// <param name="blocks">How many blocks there are.</param>
    /// <param name="memory">Bytes that a task may use; 0 for what its container may.</param>
    /// <param name="needs">Whether something must be found out of whole images first, and whether areas are, in shares.</param>
    public static BlockCommands Of(
        Func<IEnumerable<string>, string> program, IReadOnlyList<string> segment, string output, int blocks, long memory,
        (bool Whole, bool Areas) needs)
    {
        string task = string.Format(CultureInfo.InvariantCulture, Task, blocks);
        string[] limit = memory > 0 ? [string.Create(CultureInfo.InvariantCulture, $"--memory={memory}")] : [];
        string shared = $"{program(["segment", .. segment, .. limit, "--resume"])} --threads {Cores}";
        return new BlockCommands(
            needs.Whole ? $"{shared} {(needs.Areas ? "--prepare-samples" : "--prepare")}" : null,
            needs.Areas ? $"{shared} --prepare --block {task}" : null,
            $"{shared} --block {task}",
            $"{program(["finish", output])} --threads {Cores}");
    }
}
