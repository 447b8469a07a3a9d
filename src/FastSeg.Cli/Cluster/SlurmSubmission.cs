namespace FastSeg.Cli.Cluster;

/// <summary>The scripts of a submission, and how they follow one another.</summary>
internal sealed class SlurmSubmission
{
    private const int LongestName = 40;

    private readonly string _run;
    private readonly SlurmRequest _request;
    private readonly int _blocks;
    private readonly SlurmScript? _prepare, _areas;
    private readonly SlurmScript _segment, _finish;

    /// <summary>Writes the scripts, nowhere yet.</summary>
    /// <param name="output">OUT, as it was typed.</param>
    /// <param name="blocks">Tasks of the array.</param>
    /// <param name="request">What each task gets.</param>
    /// <param name="commands">The commands of the jobs.</param>
    public SlurmSubmission(string output, int blocks, SlurmRequest request, BlockCommands commands)
    {
        (_blocks, _request) = (blocks, request);
        _run = $"fastseg-{Plain(Path.GetFileName(Path.TrimEndingDirectorySeparator(output)))}";
        string here = ShellText.Quote(Environment.CurrentDirectory);
        _prepare = commands.Prepare is null
            ? null
            : new SlurmScript("prepare", "Finds out once what every block needs of the whole image.", here, commands.Prepare);
        _areas = commands.Areas is null
            ? null
            : new SlurmScript("areas", "Looks for the areas of the classes, a share of the image a task.", here, commands.Areas)
            {
                Tasks = blocks,
            };
        _segment = new SlurmScript("segment", "Segments the image, a block a task.", here, commands.Segment) { Tasks = blocks };
        _finish = new SlurmScript("finish", "Puts the blocks together.", here, commands.Finish) { TriesAgain = false };
    }

    /// <summary>The scripts, in the order in which they run.</summary>
    public IReadOnlyList<SlurmScript> Scripts => [.. ((SlurmScript?[])[_prepare, _areas, _segment, _finish]).OfType<SlurmScript>()];

    /// <summary>Files with the scripts' texts.</summary>
    public IEnumerable<(string File, string Text)> Files() => Scripts.Select(script => (script.File, script.Text(_run, _request)));

    /// <summary>Submits all of them; where one is refused, those before it are taken back.</summary>
    /// <param name="folder">Where scripts and logs lie.</param>
    /// <exception cref="FastSegException">SLURM refused one.</exception>
    public SlurmJobs Submit(SlurmFolder folder)
    {
        folder.Write(Files());
        var submitted = new List<string>();
        string Put(SlurmScript script, string how)
        {
            submitted.Add(SlurmTool.Submit(folder.Path, script.File, submitted.Count == 0 ? null : $"{how}:{submitted[^1]}"));
            return submitted[^1];
        }
        try
        {
            string? prepare = _prepare is null ? null : Put(_prepare, "");
            string? areas = _areas is null ? null : Put(_areas, "afterok");
            string segment = Put(_segment, "afterok");
            var jobs = new SlurmJobs(_blocks, prepare, segment, Put(_finish, "afterany")) { Areas = areas };
            folder.Write(jobs);
            return jobs;
        }
        catch
        {
            if (submitted.Count > 0)
            {
                SlurmTool.Cancel(folder.Path, submitted);
            }
            throw;
        }
    }

    /// <summary>A name of letters that SLURM and a terminal take as they are.</summary>
    private static string Plain(string name) =>
        new([.. name.Take(LongestName).Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' ? letter : '_')]);
}
