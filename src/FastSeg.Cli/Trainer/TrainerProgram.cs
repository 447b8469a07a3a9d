using System.Diagnostics;
using FastSeg.Cli.Errors;

namespace FastSeg.Cli.Trainer;

/// <summary>
/// The program that trains upsamplers. It needs PyTorch's library, several hundred megabytes that nothing else needs, so it is built from
/// its sources, and its packages are fetched, when it is first asked for.
/// </summary>
internal static class TrainerProgram
{
    private const string Project = "FastSeg.Training", Framework = "net10.0";
    private const int LockedMilliseconds = 200;

    /// <summary>Folders and files whose change makes another build necessary, from the root of the repository.</summary>
    private static readonly string[] Sources = ["src/FastSeg", "src/FastSeg.Training", "src/OnnxSchema", "kernels"];

    /// <summary>The program's file, built where it is missing or older than its sources.</summary>
    /// <param name="say">Hears that it is built now.</param>
    /// <param name="cancellation">Stops the build.</param>
    /// <exception cref="FastSegException">There are no sources, or the build fails.</exception>
    public static string File(Action<string> say, CancellationToken cancellation) =>
        File(Root(AppContext.BaseDirectory), say, cancellation);

    /// <summary>The same, from the sources of a repository.</summary>
    internal static string File(string root, Action<string> say, CancellationToken cancellation)
    {
        string folder = Path.Combine(root, "src", Project);
        string built = Path.Combine(folder, "bin", "Release", Framework, $"{Project}.dll");
        string mark = Path.Combine(folder, "bin", "Release", "built");
        if (IsCurrent(mark, root))
        {
            return built;
        }
        using FileStream gate = Locked(Path.Combine(folder, "bin"), cancellation);
        if (!IsCurrent(mark, root))
        {
            say("building the trainer (the first time this fetches PyTorch's library, 130 MB, and takes about a minute)");
            Build(folder, cancellation);
        }
        return built;
    }

    /// <summary>The .NET program that runs this one.</summary>
    public static string Dotnet() =>
        Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";

    /// <summary>The root of the repository that a program lies in.</summary>
    /// <exception cref="FastSegException">There is none, or it has no sources of the trainer.</exception>
    internal static string Root(string program)
    {
        for (DirectoryInfo? folder = new(program); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "src", Project, $"{Project}.csproj")))
            {
                return folder.FullName;
            }
        }
        throw new FastSegException(
            $"The trainer of upsamplers is not part of this installation: no folder above {program} has src/{Project}; "
            + "run fastseg from a copy of its repository.");
    }

    private static bool IsCurrent(string mark, string root)
    {
        if (!System.IO.File.Exists(mark))
        {
            return false;
        }
        DateTime built = System.IO.File.GetLastWriteTimeUtc(mark);
        return Sources.SelectMany(source => Newest(new DirectoryInfo(Path.Combine(root, source))))
            .Concat(new DirectoryInfo(root).EnumerateFiles("*.props").Select(file => file.LastWriteTimeUtc))
            .All(changed => changed < built);
    }

    private static IEnumerable<DateTime> Newest(DirectoryInfo folder) => folder.Name is "bin" or "obj"
        ? []
        : folder.EnumerateFiles().Where(file => file.Extension is ".cs" or ".csproj" or ".proto").Select(file => file.LastWriteTimeUtc)
            .Concat(folder.EnumerateDirectories().SelectMany(Newest));

    /// <summary>Only one process builds at a time.</summary>
    private static FileStream Locked(string folder, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                Directory.CreateDirectory(folder);
                return new FileStream(Path.Combine(folder, "building"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
            }
            catch (IOException) when (Directory.Exists(folder))
            {
                cancellation.WaitHandle.WaitOne(LockedMilliseconds);
                cancellation.ThrowIfCancellationRequested();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new FastSegException($"The trainer cannot be built: {folder} cannot be written ({ErrorText.OneLine(e.Message)}).", e);
            }
        }
    }

    private static void Build(string folder, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Dotnet())
        {
            ArgumentList = { "build", folder, "-c", "Release", "-v", "quiet", "-nologo", "-clp:NoSummary" },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        // Build servers would outlive this program.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        using Process build = Start(start);
        using CancellationTokenRegistration stop = cancellation.Register(() => build.Kill(entireProcessTree: true));
        build.StandardInput.Close();
        Task<string> errors = build.StandardError.ReadToEndAsync(CancellationToken.None);
        string output = build.StandardOutput.ReadToEnd() + errors.Result;
        build.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        if (build.ExitCode != 0)
        {
            string reason = output.Split('\n').FirstOrDefault(line => line.Contains("error", StringComparison.OrdinalIgnoreCase))
                ?? "it does not say why";
            throw new FastSegException(
                $"The trainer cannot be built ({ErrorText.OneLine(reason).Trim()}); it needs the .NET SDK, and once the packages "
                + "TorchSharp and libtorch-cpu-linux-x64 from NuGet.");
        }
    }

    /// <summary>Starts the .NET program, to build the trainer or to run it.</summary>
    /// <exception cref="FastSegException">There is none.</exception>
    internal static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            string why = ErrorText.OneLine(e.Message).TrimEnd('.');
            throw new FastSegException(
                $"The trainer of upsamplers needs .NET, but {start.FileName} cannot be started ({why}); install the .NET 10 SDK.", e);
        }
    }
}
