using System.Diagnostics;
using NUnit.Framework;

namespace FastSeg.Tests.Interop;

/// <summary>The C library as tests use it: published once, from what the build left, into a folder of its own.</summary>
internal static class CLibrary
{
    /// <summary>Far above what any program takes: one that hangs is ended.</summary>
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(3);

    private static readonly Lazy<string> Published = new(Publish);

    /// <summary>The folder with include and lib.</summary>
    public static string Folder => Published.Value;

    /// <summary>Where the sources of the shim lie.</summary>
    public static string Sources { get; } = TestData.File("src", "FastSeg.Interop");

    /// <summary>The header's text.</summary>
    public static string Header { get; } = File.ReadAllText(Path.Combine(Sources, "include", "fastseg.h"));

    private static string DotnetFolder { get; } = Path.GetDirectoryName(Environment.ProcessPath)!;

    /// <summary>Skips a test where the tools for C are not installed.</summary>
    public static void Need(params string[] tools)
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        foreach (string tool in tools.Where(tool => !folders.Any(folder => File.Exists(Path.Combine(folder, tool)))))
        {
            Assert.Ignore($"needs {tool}, which is not installed");
        }
    }

    /// <summary>Runs a program to its end and returns what it wrote; anything but exit code 0 fails the test.</summary>
    public static string Run(string program, params string[] arguments) => Run([], program, arguments);

    /// <summary>The same with environment variables.</summary>
    public static string Run((string Name, string Value)[] environment, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{DotnetFolder}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["DOTNET_ROOT"] = DotnetFolder;
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Most))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} did not end within {Most.TotalMinutes} minutes");
        }
        string said = $"{output.Result}{errors.Result}";
        Assert.That(process.ExitCode, Is.Zero, $"{program} {string.Join(' ', arguments)}\n{said}");
        return said;
    }

    private static string Publish()
    {
        Need("gcc", "g++");
        // It stays until the process ends, since several fixtures use it.
        var folder = new TemporaryFolder();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        Run(TestData.File("tools", "publish.sh"), "--library-as-built", folder.Path);
        return folder.Path;
    }
}
