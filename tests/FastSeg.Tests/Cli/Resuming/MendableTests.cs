using FastSeg.Cli.Resuming;
using FastSeg.Files;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Resuming;

/// <summary>After which failures of an image a run of several stays to be gone on with, and after which the image is left out.</summary>
internal sealed class MendableTests
{
    [Test]
    public void DiskAndMemoryCanBeMended()
    {
        Exception[] causes =
        [
            new OutOfMemoryException(),
            new FastSegException("The memory limit is too low.", Setting.Memory, "memory limit"),
            new FastSegException("The device's memory is too small.", Setting.DeviceMemory, "device's memory"),
            new IOException("No space left on device"),
            new DirectoryNotFoundException(),
            new UnauthorizedAccessException(),
        ];
        foreach (Exception cause in causes)
        {
            Assert.That(ResumableRun.CanBeMended(cause), cause.GetType().Name);
            Assert.That(ResumableRun.CanBeMended(new FastSegException("A page failed.", cause)), cause.GetType().Name);
        }
    }

    [Test]
    public void AnInputCannot()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("empty"), []);
        string[] inputs =
        [
            folder.File("gone.tif"), Path.Combine(folder.Path, "gone", "a.tif"), folder.Path, folder.File("empty"),
            folder.File(new string('a', 300)),
        ];
        foreach (string path in inputs)
        {
            FastSegException e = Assert.Throws<FastSegException>(() => InputFile.Open(path, "a.tif").Dispose())!;
            Assert.That(ResumableRun.CanBeMended(e), Is.False, e.Message);
            Assert.That(ResumableRun.CanBeMended(new FastSegException("A page failed.", e)), Is.False, e.Message);
        }
        Assert.That(ResumableRun.CanBeMended(new FastSegException("a.tif is truncated.", new EndOfStreamException())), Is.False);
        var forbidden = new FastSegException("a.tif may not be read.", new UnauthorizedAccessException()) { IsOfInput = true };
        Assert.That(ResumableRun.CanBeMended(forbidden), Is.False);
    }
}
