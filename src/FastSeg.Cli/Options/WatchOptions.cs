using System.CommandLine;
using System.CommandLine.Parsing;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;
using FastSeg.Files;

namespace FastSeg.Cli.Options;

/// <summary>Files that are segmented as they arrive: --watch, --pattern and --still.</summary>
internal sealed class WatchOptions
{
    /// <summary>The images that are read, by their usual names.</summary>
    private static readonly string[] Images = ["*.tif", "*.tiff", "*.png", "*.jpg", "*.jpeg", "*.webp", "*.bmp", "*.npy"];

    private readonly Option<string?> _folder = new("--watch")
    {
        HelpName = "FOLDER",
        Description =
            "Segment each file that arrives in FOLDER once it is complete, and print a line of JSON for it, until a signal ends the run. " +
                "Started again, it goes on where it was.",
    };

    private readonly Option<string[]> _patterns = new("--pattern")
    {
        HelpName = "\"*.tif\"",
        Description = "Which files of a watched folder are taken, by * and ?; may be given several times. [default: images by extension]",
    };

    private readonly Option<double> _still = NumberOption.Real(
        "--still", "SECONDS", "How long a watched file's size and time must stand still before it counts as complete.", 2, 86_400);

    public WatchOptions() => _patterns.Validators.Add(result =>
    {
        if (result.Tokens.Select(token => token.Value).FirstOrDefault(IsWrong) is { } wrong)
        {
            result.AddError(
                $"--pattern {wrong}: give what the names of files in the folder look like, with * for any letters and ? for one, " +
                "such as \"*.tif\"; nothing else stands for others, and there is no folder in it.");
        }
    });

    /// <summary>
    /// Options of <c>segment</c> that change no pixel of a result, so that a watch may go on with others of them.
    /// </summary>
    public static IReadOnlyList<string> Harmless { get; } =
        ["--watch", "--pattern", "--still", "--output", "--memory", "--deep", "--strict", "--resume"];

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_folder);
        command.Options.Add(_patterns);
        command.Options.Add(_still);
    }

    /// <summary>Whether a folder is watched, as the command line is checked.</summary>
    public bool IsGiven(CommandResult command) => command.GetResult(_folder) is { Implicit: false };

    /// <summary>The watched folder; null where none is.</summary>
    public string? Folder(ParseResult parsed) => parsed.GetValue(_folder);

    /// <summary>What names of files that are taken look like.</summary>
    public IReadOnlyList<string> Patterns(ParseResult parsed) => parsed.GetValue(_patterns) is { Length: > 0 } given ? given : Images;

    /// <summary>How long a file stands still before it is taken.</summary>
    public TimeSpan Still(ParseResult parsed) => TimeSpan.FromSeconds(parsed.GetValue(_still));

    /// <summary>Refuses a watch whose results would arrive in the watched folder, or in a file.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="output">Where results go; null where no folder is named.</param>
    /// <param name="images">Images that were named.</param>
    /// <param name="report">Whether a report is wanted.</param>
    /// <exception cref="UsageException">Which, and what would be right.</exception>
    public void Check(ParseResult parsed, string? output, IReadOnlyList<string> images, bool report)
    {
        string folder = Folder(parsed)!;
        string? wrong = images.Count > 0
                ? $"--watch takes its images from a folder; leave out {images[0]}, or --watch."
            : output is null
                ? "--watch writes into a folder of results; name it by -o, such as -o labels/."
            : report
                ? "--report is written at the end of a run, and a watch has none; each file's line on standard output says what it gave."
            : OutputPaths.NamesFile(output)
                ? $"-o {output} names one file for all that arrive; give a folder, such as -o {OutputPaths.Stem(output)}/."
            : IsInside(RealPath.Of(output), RealPath.Of(folder))
                ? $"-o {output} is inside the watched folder {folder}, where results would arrive as images; name a folder outside."
            : null;
        if (wrong is not null)
        {
            throw new UsageException(wrong);
        }
    }

    private static bool IsInside(string path, string folder) =>
        path == folder || path.StartsWith(folder == "/" ? folder : $"{folder}/", StringComparison.Ordinal);

    private static bool IsWrong(string pattern) =>
        pattern.Length == 0 || pattern is "." or ".." || pattern.AsSpan().IndexOfAny("/\\[]{}<>\"") >= 0 || pattern.Any(char.IsControl);
}
