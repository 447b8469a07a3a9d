using FastSeg.Tests.Hostile;

namespace FastSeg.Tests.Cli.Cluster;

/// <summary>Scripts that are found before SLURM's programs: they keep how they were called, and answer as they are told.</summary>
internal sealed class StandInSlurm : IDisposable
{
    private readonly string _folder;
    private readonly string _path = Environment.GetEnvironmentVariable("PATH")!;

    /// <summary>Puts them into a folder, and the folder in front of PATH. Jobs count from 101.</summary>
    public StandInSlurm(string folder)
    {
        _folder = folder;
        Write("sbatch", $"""
            n=$(( $(cat '{folder}/n' 2>/dev/null || echo 100) + 1 ))
            echo $n > '{folder}/n'
            if [ -f '{folder}/refuse' ] && [ $n -ge $(cat '{folder}/refuse') ]; then echo 'no such partition' >&2; exit 1; fi
            echo "$n;loopback"
            """);
        Write("squeue", $"cat '{folder}/queue' 2>/dev/null || true");
        Write("scancel", "");
        Environment.SetEnvironmentVariable("PATH", $"{folder}:{_path}");
    }

    /// <summary>How they were called, squeue left out.</summary>
    public string[] Calls => File.ReadAllLines(At("calls"));

    /// <summary>What squeue answers.</summary>
    public void Queue(params string[] lines) => File.WriteAllLines(At("queue"), lines);

    /// <summary>Lets sbatch refuse all jobs from a number on.</summary>
    public void RefuseFrom(int job) => File.WriteAllText(At("refuse"), $"{job}");

    public void Dispose() => Environment.SetEnvironmentVariable("PATH", _path);

    private string At(string name) => Path.Combine(_folder, name);

    private void Write(string program, string body)
    {
        string keep = program == "squeue" ? "" : $"echo \"{program} $*\" >> '{_folder}/calls'\n";
        File.WriteAllText(At(program), $"#!/bin/bash\n{keep}{body}\n");
        ChildProcess.Start("chmod", ["700", At(program)]).WaitForExit();
    }
}
