using System.ComponentModel;
using System.Diagnostics;
using NUnit.Framework;

namespace FastSeg.Studio.Tests;

/// <summary>Runs node on files of the repository.</summary>
internal static class Node
{
    /// <summary>Runs it to its end; where there is no node, the test is skipped by name.</summary>
    /// <returns>The exit code, and all that was printed.</returns>
    public static (int Code, string Said) Run(params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("node", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, $"{output}{errors.Result}");
        }
        catch (Win32Exception)
        {
            Assert.Ignore("needs node");
            throw;
        }
    }
}
