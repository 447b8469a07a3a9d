using System.Runtime.InteropServices;
using System.Text.Json;
using FastSeg.Files;
using FastSeg.Tests.Images;
using NUnit.Framework;

namespace FastSeg.Tests.Cli;

/// <summary>Pipes and devices where files are expected.</summary>
internal sealed partial class SpecialFileTests : CliFixture
{
    [Test]
    [CancelAfter(60_000)]
    public void APipeIsRefusedBeforeItIsOpened()
    {
        string pipe = At("pipe.tif"), model = At("pipe.fastseg"), weights = At("pipe.safetensors");
        foreach (string path in (string[])[pipe, model, weights])
        {
            Assert.That(mkfifo(path, 0x1B6), Is.Zero);
        }
        foreach (string[] line in (string[][])
        [
            ["segment", Model, pipe, "-o", At("o.tif")], ["segment", model, TestImage, "-o", At("o.tif")],
            ["info", pipe], ["info", model], ["info", weights],
            ["train", "--image", TrainImage, "--labels", pipe, "-o", At("o.fastseg")],
            ["import", pipe, "-o", At("o.fastseg")],
            ["score", pipe, TestTruth],
            ["segment", Model, TestImage, "--mask", pipe, "-o", At("o.tif")], ["features", "/dev/zero", "-o", At("o.npy")],
        ])
        {
            Assert.That(Fail(line), Does.Contain("is a pipe; files are read").Or.Contain("/dev/zero is a device"), string.Join(' ', line));
        }
    }

    [Test]
    public void ADeviceIsWrittenIntoAndStays()
    {
        Succeed("info", TestImage, "--report", "/dev/null");
        Succeed("train", "--image", TrainImage, "--labels", TrainLabels, "--rounds", "1", "-o", "/dev/null");
        Assert.That(FileKinds.Of("/dev/null"), Is.EqualTo(FileKind.Device));
        Assert.That(Directory.GetFiles("/dev", "*partial*"), Is.Empty);
    }

    [Test]
    public void APipeGetsTheWholeReport()
    {
        string pipe = At("report.pipe");
        Assert.That(mkfifo(pipe, 0x1B6), Is.Zero);
        Task<string> reader = Task.Run(() => File.ReadAllText(pipe));
        Succeed("info", TestImage, "--report", pipe);
        using JsonDocument report = JsonDocument.Parse(reader.Result);
        Assert.That(report.RootElement.GetProperty("command").GetString(), Is.EqualTo("info"));
        Assert.That(FileKinds.Of(pipe), Is.EqualTo(FileKind.Pipe));
    }

    [Test]
    public void LongNamesAreWritten()
    {
        string folder = NewFolder(), report = Path.Combine(folder, new string('r', 245));
        string picture = Path.Combine(folder, new string('p', 245) + ".png");
        Succeed("preview", TestImage, "-o", picture, "--report", report);
        Assert.That(Directory.GetFiles(folder), Is.EquivalentTo(new[] { report, picture }));
    }

    [Test]
    public void SmallFilesGetTheSentencesOfLargeOnes()
    {
        string report = Path.Combine(NewFolder(), "r.json");
        using (new FileSizeLimit(100))
        {
            Assert.That(Fail("info", TestImage, "--report", report), Does.Contain("r.json cannot be written").And.Contain("ulimit -f"));
        }
        Assert.That(Directory.GetFileSystemEntries(Path.GetDirectoryName(report)!), Is.Empty);
    }

    [Test]
    public void UnclearSentencesAreClear()
    {
        Assert.That(Fail("segment", Model, "", "-o", At("o.tif")), Does.Contain("name of an image is empty"));
        Assert.That(Fail("plan", Model, TestImage, "--memory", "1KiB"), Does.Contain("--memory 1024B is not enough"));
        byte[] half = [.. BitConverter.GetBytes(0.5f), .. new byte[(4 * 256 * 256) - 4]];
        File.WriteAllBytes(At("mask.npy"), Npy.Bytes("<f4", "(256, 256)", half));
        Assert.That(
            Fail("segment", Model, TestImage, "--mask", At("mask.npy"), "-o", At("o.tif")),
            Does.Contain("mask").And.Contain("0.5").And.Not.Contain("labels"));
        byte[] colours = new byte[3 * 8 * 8];
        colours[0] = 1;
        File.WriteAllBytes(At("rgb.npy"), Npy.Bytes("|u1", "(8, 8, 3)", colours));
        Assert.That(
            Fail(
                "features", At("rgb.npy"), "--sigmas", string.Join(',', Enumerable.Range(1, 64)),
                "--families", string.Join(',', FamilyNames.All), "-o", At("f.npy")),
            Does.Contain("features are too many for one stack"));
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkfifo(string path, uint mode);
}
