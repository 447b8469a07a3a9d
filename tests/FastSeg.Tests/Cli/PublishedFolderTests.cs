using FastSeg.Tests.Shipping;
using NUnit.Framework;

namespace FastSeg.Tests.Cli;

/// <summary>
/// The program in a folder like the one that tools/publish.sh makes: furnished by that script, away from the repository. Only .NET is not
/// inside, which would take a minute to put there.
/// </summary>
[TestFixture]
internal sealed class PublishedFolderTests
{
    [Test]
    public void TheDemoFindsAllItNeedsBesideTheProgram()
    {
        using var folder = new TemporaryFolder();
        string program = folder.File("fastseg");
        Copy(AppContext.BaseDirectory, program, "*.dll");
        Copy(AppContext.BaseDirectory, program, "FastSeg.Cli.*.json");
        string natives = Path.Combine("runtimes", "linux-x64", "native");
        Copy(Path.Combine(AppContext.BaseDirectory, natives), Path.Combine(program, natives), "*");
        var shell = new Shell(folder.Path, ("FASTSEG_XGBOOST", Shell.XgBoost));
        string script = TestData.File("tools", "publish", "program.sh");
        shell.Succeed("/bin/bash", "-c", $"set -euo pipefail; root='{TestData.Root}'; source '{script}'; furnish '{program}'");
        foreach (string part in (string[])["train", "test"])
        {
            string beside = Path.Combine(program, "samples", "ni", part);
            Assert.That(Names(beside), Is.EquivalentTo(Names(TestData.File("samples", "ni", part))));
            // Windows of the same images, which take a tenth of the time.
            Directory.Delete(beside, recursive: true);
            Copy(Path.Combine(SampleWindows.Folder, part), beside, "*.png");
        }
        string output = shell.Succeed(Shell.Dotnet, Path.Combine(program, "FastSeg.Cli.dll"), "demo");
        Assert.That(output, Does.Contain("classical + deep, smoothed").And.Contain($"label maps and models: {program}/out/demo;"));
        Assert.That(Names(program), Has.Member("README.md").And.Member("LICENSE"));
        Assert.That(Names(Path.Combine(program, "out", "demo")), Has.Member("demo.png").And.Member("ni_deep.fastseg"));
    }

    private static IEnumerable<string?> Names(string folder) => Directory.GetFiles(folder).Select(Path.GetFileName);

    private static void Copy(string from, string to, string pattern)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from, pattern))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
