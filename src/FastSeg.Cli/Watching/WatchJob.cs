using FastSeg.Cli.Files;
using FastSeg.Cli.Reports;
using FastSeg.Files.Runs;

namespace FastSeg.Cli.Watching;

/// <summary>What a watch does.</summary>
/// <param name="Folder">The watched folder.</param>
/// <param name="Patterns">What names of files that are taken look like.</param>
/// <param name="Still">How long a file stands still before it is taken.</param>
/// <param name="Output">The folder of results.</param>
/// <param name="Run">What is watched and how it is segmented, by which a later watch knows whether it may go on.</param>
/// <param name="Paths">Where an image's results go.</param>
/// <param name="Segment">Segments an image.</param>
internal sealed record WatchJob(
    string Folder, IReadOnlyList<string> Patterns, TimeSpan Still, string Output, RunIdentity Run, Func<string, OutputPaths> Paths,
    Func<string, OutputPaths, ReportImage> Segment);
