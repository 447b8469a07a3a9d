using System.IO.Compression;
using FastSeg.Cli.Files;
using NUnit.Framework;

namespace FastSeg.Tests.Cli;

/// <summary>Packages that the .NET SDK restores, from a folder that is a source.</summary>
[TestFixture]
internal sealed class NuGetPackageTests
{
    private const string Name = "FastSeg.Nothing", Version = "1.2.3";

    [Test]
    public void APackageIsFoundWhereTheSettingsOfNuGetPutIt()
    {
        using TemporaryFolder folder = WithSource();
        string found = NuGetPackage.Restore(Name, Version, folder.File("work"), CancellationToken.None);
        Assert.That(File.ReadAllText(Path.Combine(found, "LICENSE")), Is.EqualTo("free"));
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NUGET_PACKAGES")))
        {
            Assert.That(found, Is.EqualTo(Path.Combine(folder.File("moved"), Name.ToLowerInvariant(), Version)));
        }
    }

    [Test]
    public void AVersionThatNoSourceHasIsSaid()
    {
        using TemporaryFolder folder = WithSource();
        string sentence = Assert.Throws<FastSegException>(
            () => NuGetPackage.Restore(Name, "9.9.9", folder.File("work"), CancellationToken.None))!.Message;
        Assert.That(
            sentence,
            Does.StartWith($"The NuGet package {Name} 9.9.9 could not be restored (error NU").And.EndWith("copy it into NuGet's folder."));
        Assert.That(sentence, Does.Not.Contain("\n"));
    }

    /// <summary>A source with one package, and settings that name it alone and another place for packages.</summary>
    private static TemporaryFolder WithSource()
    {
        var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("source"));
        Directory.CreateDirectory(folder.File("work"));
        File.WriteAllText(
            folder.File("nuget.config"),
            """
            <configuration>
              <config><add key="globalPackagesFolder" value="moved" /></config>
              <packageSources><clear /><add key="here" value="source" /></packageSources>
            </configuration>
            """);
        using ZipArchive zip = ZipFile.Open(folder.File($"source/{Name}.{Version}.nupkg"), ZipArchiveMode.Create);
        void Put(string name, string text)
        {
            using var writer = new StreamWriter(zip.CreateEntry(name).Open());
            writer.Write(text);
        }
        Put(
            $"{Name}.nuspec",
            $"<package><metadata><id>{Name}</id><version>{Version}</version><authors>a</authors><description>d</description>"
                + "</metadata></package>");
        Put("LICENSE", "free");
        return folder;
    }
}
