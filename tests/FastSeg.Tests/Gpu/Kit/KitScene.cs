extern alias Perf;

using Perf::FastSeg.Perf.Kit;

namespace FastSeg.Tests.Gpu.Kit;

/// <summary>A step of the kit on a machine that has other programs: scripts that answer as the real ones do.</summary>
internal sealed class KitScene : IDisposable
{
    /// <summary>Seconds after which a step is stopped that is to be stopped.</summary>
    private static readonly double[] Limits = [2, 10, 50];

    private readonly TemporaryFolder _folder = new();

    public KitScene(double limit = 60)
    {
        Report = new StepReport { Number = 1, Name = "step", Title = "A step", Simulated = false, Limit = limit };
        Directory.CreateDirectory(_folder.File("bin"));
        Directory.CreateDirectory(_folder.File("more"));
        Work = new StepWork(Settings, Report, _folder.Path);
    }

    /// <summary>
    /// Plays a step that is stopped at its limit. Where the machine is so busy that its programs did not come far enough by then, the step
    /// is played again with a longer limit.
    /// </summary>
    public static KitScene Stopped(Action<KitScene> play, Func<KitScene, bool> cameFarEnough)
    {
        KitScene scene = null!;
        foreach (double limit in Limits)
        {
            scene?.Dispose();
            scene = new KitScene(limit);
            play(scene);
            if (cameFarEnough(scene))
            {
                break;
            }
        }
        return scene;
    }

    public StepReport Report { get; }

    public StepWork Work { get; }

    public Findings Found => Report.Found;

    /// <summary>A run on a GPU whose machine has the scene's programs.</summary>
    public KitSettings Settings => new(_folder.File("out"), KitSettings.UsualMinutes, Simulated: false)
    {
        SearchPath = $"{_folder.File("bin")}:{_folder.File("more")}",
    };

    /// <summary>A file of the scene.</summary>
    public string File(string name) => _folder.File(name);

    /// <summary>Puts a program there: a script of the shell.</summary>
    public string Add(string name, string lines, string folder = "bin")
    {
        string path = _folder.File($"{folder}/{name}");
        System.IO.File.WriteAllText(path, $"#!/bin/sh\n{lines.ReplaceLineEndings("\n")}\n");
        if (!OperatingSystem.IsWindows())
        {
            System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        return path;
    }

    /// <summary>The rows of a table; none where there is no such table.</summary>
    public string[][] Rows(string table) => Found.Tables.Find(found => found.Name == table)?.Rows.ToArray() ?? [];

    public void Dispose() => _folder.Dispose();
}
