using System.IO.Compression;
using FastSeg.Tests.Cli;
using FastSeg.Tests.Interop;
using NUnit.Framework;

namespace FastSeg.Tests.Shipping;

/// <summary>tools/wheel.sh: the wheels, and the example in an environment that has nothing but them.</summary>
[TestFixture]
internal sealed class WheelTests
{
    [Test]
    public void TheWheelHoldsTheLibraryAndRunsTheExample()
    {
        using var folder = new TemporaryFolder();
        var shell = new Shell(
            folder.Path, ("PYTHON", NumpyPython.Require()), ("FASTSEG_LIBRARY", CLibrary.Folder),
            ("DOTNET_ROOT", Path.GetDirectoryName(Shell.Dotnet)));
        Outcome outcome = shell.Run(TestData.File("tools", "wheel.sh"), folder.Path);
        if (outcome.Error.Contains("no Python has setuptools", StringComparison.Ordinal))
        {
            Assert.Ignore("needs a Python with numpy, setuptools, wheel, pip and venv");
        }
        Assert.That(outcome.Code, Is.Zero, $"{outcome.Output}{outcome.Error}");
        Assert.That(outcome.Output, Does.Contain("intersection over union"));
        string wheel = folder.File($"fastseg-{FastSegVersion.Text}-py3-none-linux_x86_64.whl");
        string plugin = folder.File($"fastseg_napari-{FastSegVersion.Text}-py3-none-any.whl");
        Assert.That(Directory.GetFiles(folder.Path), Is.EquivalentTo((string[])[wheel, plugin]));
        using ZipArchive files = ZipFile.OpenRead(wheel);
        Assert.That(files.Entries.Select(entry => entry.FullName), Is.SupersetOf((string[])
        [
            "fastseg/__init__.py", "fastseg/py.typed", "fastseg/library/lib/libfastseg.so", "fastseg/library/lib/fastseg/FastSeg.dll",
            "fastseg/library/share/doc/fastseg/LICENSE",
        ]));
    }

    [Test]
    public void AWrongCallIsASentence()
    {
        Outcome outcome = new Shell(TestData.Root).Run(TestData.File("tools", "wheel.sh"), "--help");
        Assert.That((outcome.Code, outcome.ErrorLines.Length), Is.EqualTo((1, 1)), outcome.Error);
    }
}
