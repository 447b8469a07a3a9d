using System.Diagnostics;
using System.Runtime.InteropServices;
using FastSeg.Native;
using FastSeg.Tests.Cli;
using NUnit.Framework;

namespace FastSeg.Tests.Shipping;

/// <summary>Runs programs that build, pack or publish, and what they made.</summary>
/// <param name="folder">Where they are started.</param>
/// <param name="environment">What their environment has besides this process's own; null takes a variable away.</param>
internal sealed class Shell(string folder, params (string Name, string? Value)[] environment)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>The .NET that runs the tests.</summary>
    public static string Dotnet { get; } =
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    /// <summary>The libxgboost that this process uses, for FASTSEG_XGBOOST; null where the system finds it by its name.</summary>
    public static string? XgBoost => Path.IsPathRooted(XgBoostLibrary.Path) ? XgBoostLibrary.Path : null;

    /// <summary>Runs a program to its end.</summary>
    public Outcome Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Build servers would outlive the test.
        foreach ((string name, string? value) in
            (ReadOnlySpan<(string, string?)>)
            [
                ("MSBUILDDISABLENODEREUSE", "1"), ("UseSharedCompilation", "false"), ("DOTNET_CLI_USE_MSBUILD_SERVER", "0"),
                ("PATH", $"{Path.GetDirectoryName(Dotnet)}:{Environment.GetEnvironmentVariable("PATH")}"), .. environment,
            ])
        {
            start.Environment[name] = value;
        }
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} did not end");
        }
        return new Outcome(process.ExitCode, output.Result, error.Result);
    }

    /// <summary>Runs a program that must succeed, and returns what it printed.</summary>
    public string Succeed(string program, params string[] arguments)
    {
        Outcome outcome = Run(program, arguments);
        Assert.That(outcome.Code, Is.Zero, $"{program} {string.Join(' ', arguments)}\n{outcome.Output}{outcome.Error}");
        return outcome.Output;
    }
}
