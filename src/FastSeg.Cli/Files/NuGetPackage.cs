using System.ComponentModel;
using System.Diagnostics;
using FastSeg.Cli.Errors;

namespace FastSeg.Cli.Files;

/// <summary>A NuGet package, restored by the .NET SDK from the sources that this machine has configured.</summary>
internal static class NuGetPackage
{
    private const string Dotnet = "dotnet";

    /// <summary>The folder of a package, which is downloaded where NuGet does not have it yet.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="version">Its version, exactly.</param>
    /// <param name="cancellation">Stops the download.</param>
    /// <exception cref="FastSegException">There is no .NET SDK, or no source has the package.</exception>
    public static string Restore(string name, string version, CancellationToken cancellation)
    {
        if (Find(name, version) is { } there)
        {
            return there;
        }
        string folder = Directory.CreateTempSubdirectory("fastseg-package-").FullName;
        try
        {
            string project = Path.Combine(folder, "package.csproj");
            File.WriteAllText(project, Project(name, version));
            (int code, string text) = Run(["restore", project], folder, cancellation);
            return code == 0 && Find(name, version) is { } found
                ? found
                : throw new FastSegException(
                    $"The NuGet package {name} {version} could not be restored ({ErrorText.OneLine(LastError(text))}); "
                    + "check the network and NuGet's sources, or restore it where there are some and copy it into NuGet's folder.");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The folder of a package that NuGet has already; null where it has not.</summary>
    public static string? Find(string name, string version)
    {
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } set
            ? set
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        string folder = Path.Combine(packages, name.ToLowerInvariant(), version);
        // NuGet writes this file last.
        return File.Exists(Path.Combine(folder, ".nupkg.metadata")) ? folder : null;
    }

    /// <summary>A project that compiles nothing: its package is downloaded as it is, without those it depends on.</summary>
    private static string Project(string name, string version) => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
          </PropertyGroup>
          <ItemGroup>
            <PackageDownload Include="{name}" Version="[{version}]" />
          </ItemGroup>
        </Project>
        """;

    private static (int Code, string Text) Run(string[] arguments, string folder, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Dotnet, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            using CancellationTokenRegistration stop = cancellation.Register(() => process.Kill(entireProcessTree: true));
            Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
            string text = process.StandardOutput.ReadToEnd() + errors.GetAwaiter().GetResult();
            process.WaitForExit();
            cancellation.ThrowIfCancellationRequested();
            return (process.ExitCode, text);
        }
        catch (Win32Exception e)
        {
            throw new FastSegException(
                "NuGet packages are restored by the .NET SDK, and there is no command dotnet on this machine; install the SDK.", e);
        }
    }

    /// <summary>The first line of the restore's text that names an error, without the project's path.</summary>
    private static string LastError(string text)
    {
        string? line = text.Split('\n').FirstOrDefault(line => line.Contains("error", StringComparison.Ordinal));
        int at = line?.IndexOf("error", StringComparison.Ordinal) ?? -1;
        return at < 0 ? "the restore failed" : line![at..].Split(" [")[0].Trim().TrimEnd('.');
    }
}
