using System.Diagnostics;
using FastSeg.Tests.Hostile;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Watching;

/// <summary>A watch that ends in the middle of its work: by SIGKILL, wherever it is, and by SIGTERM.</summary>
internal sealed class KilledWatchTests : CliFixture
{
    private const int Images = 12, Kills = 3, Copies = 3;

    private const string Kill = "KILL";

    [Test]
    public void KilledWatchesNeitherLoseNorRepeatAFile()
    {
        string folder = NewFolder(), images = Path.Combine(folder, "in"), results = Path.Combine(folder, "out");
        Directory.CreateDirectory(images);
        for (int i = 0; i < Images; i++)
        {
            File.Copy(Large(i % 2 == 0 ? TestImage : TrainImage), Path.Combine(images, $"{i:D2}.npy"));
        }
        var said = new List<string>();
        for (int kill = 0; kill < Kills; kill++)
        {
            int before = said.Count;
            said.AddRange(Run(images, results, count => count > kill, Kill, 137));
            Assert.That(said, Has.Count.GreaterThan(before));
        }
        Assert.That(said, Has.Count.LessThan(Images), "the last watch has something to do");
        said.AddRange(Run(images, results, count => said.Count + count >= Images, "TERM", 143));
        Assert.That(said, Is.Unique, "no file is segmented twice");
        Assert.That(said.Order(), Is.EqualTo(Enumerable.Range(0, Images).Select(i => $"{i:D2}.npy")));
        Assert.That(Directory.GetFileSystemEntries(results), Has.Length.EqualTo(Images), "what the dead left is gone");
        foreach (string image in (string[])[TestImage, TrainImage])
        {
            string alone = Path.Combine(folder, "alone.tif");
            Succeed("segment", Model, Large(image), "-o", alone);
            byte[] labels = File.ReadAllBytes(alone);
            for (int i = image == TestImage ? 0 : 1; i < Images; i += 2)
            {
                Assert.That(File.ReadAllBytes(Path.Combine(results, $"{i:D2}.tif")), Is.EqualTo(labels), $"image {i}");
            }
        }
    }

    /// <summary>Starts a watch, and sends a signal once it has said enough lines; returns the files that it told of.</summary>
    private string[] Run(string images, string results, Func<int, bool> enough, string signal, int code)
    {
        using Process watch = ChildProcess.Start(
            ChildProcess.Dotnet,
            [ChildProcess.Program, "segment", Model, "--watch", images, "-o", results, "--still", "0.1", "--threads", "1"]);
        Task<string> error = watch.StandardError.ReadToEndAsync();
        var lines = new List<string>();
        while (!enough(lines.Count) && watch.StandardOutput.ReadLine() is { } line)
        {
            lines.Add(line);
        }
        if (signal == Kill)
        {
            watch.Kill();
        }
        else
        {
            using Process kill = ChildProcess.Start("kill", [$"-{signal}", $"{watch.Id}"]);
            kill.WaitForExit();
        }
        lines.AddRange(watch.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.That(watch.WaitForExit(TimeSpan.FromSeconds(20)), Is.True);
        Assert.That(watch.ExitCode, Is.EqualTo(code), error.Result);
        return [.. RunningWatch.Parse(string.Join('\n', lines)).Select(RunningWatch.NameOf)];
    }

    /// <summary>An image repeated until its segmentation takes long enough to be killed.</summary>
    private string Large(string image)
    {
        string path = At($"{Path.GetFileNameWithoutExtension(image)}.npy");
        if (!File.Exists(path))
        {
            using ImageReader small = ImageFile.Open(image);
            (int width, int height) = ((int)small.Info.Width, (int)small.Info.Height);
            byte[] tile = Read(small);
            byte[] Row(int y) => [.. Enumerable.Range(0, Copies).SelectMany(_ => tile.AsSpan(y % height * width, width).ToArray())];
            File.WriteAllBytes(
                path,
                Npy.Bytes("|u1", $"({Copies * height}, {Copies * width})", [.. Enumerable.Range(0, Copies * height).SelectMany(Row)]));
        }
        return path;
    }
}
