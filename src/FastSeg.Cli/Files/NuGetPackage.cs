using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
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
            return Restore(name, version, folder, cancellation);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// The folder of a package that NuGet has already in its usual place; null where it has not. Settings of NuGet may name another place,
    /// and only a restore asks them.
    /// </summary>
    public static string? Find(string name, string version) => Find(
        Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } set
            ? set
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages"),
        name, version);

    /// <summary>The same as the public one, with a folder to work in; settings of NuGet in it, or above it, count.</summary>
    internal static string Restore(string name, string version, string folder, CancellationToken cancellation)
    {
        string project = Path.Combine(folder, "package.csproj");
        File.WriteAllText(project, Project(name, version));
        (int code, string text) = Run(["restore", project], folder, cancellation);
        if (code != 0)
        {
            throw new FastSegException(
                $"The NuGet package {name} {version} could not be restored ({ErrorText.OneLine(LastError(text))}); "
                + "check the network and NuGet's sources, or restore it where there are some and copy it into NuGet's folder.");
        }
        string[] places = Places(folder);
        return places.Select(place => Find(place, name, version)).FirstOrDefault(found => found is not null)
            ?? throw new FastSegException(
                $"NuGet restored the package {name} {version}, but it is not in {string.Join(" or ", places)}; remove it from NuGet's "
                + "folder and try again.");
    }

    /// <summary>A package in a folder of packages; null where it is not there as a whole.</summary>
    private static string? Find(string packages, string name, string version)
    {
        string folder = Path.Combine(packages, name.ToLowerInvariant(), version);
        // NuGet writes this file last.
        return File.Exists(Path.Combine(folder, ".nupkg.metadata")) ? folder : null;
    }

    /// <summary>The folders that a restore looks for packages in, as it wrote down itself.</summary>
    private static string[] Places(string folder)
    {
        using JsonDocument assets = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "obj", "project.assets.json")));
        return [.. assets.RootElement.GetProperty("packageFolders").EnumerateObject().Select(place => place.Name)];
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
