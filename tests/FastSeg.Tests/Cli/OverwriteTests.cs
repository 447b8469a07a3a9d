using NUnit.Framework;

namespace FastSeg.Tests.Cli;

/// <summary>No result ever replaces what a command was given, nor another result, whatever the paths are called.</summary>
internal sealed class OverwriteTests : CliFixture
{
    private static readonly string[] Lines =
    [
        "train --image i.png --labels l.png -o i.png",
        "train --image i.png --labels l.png -o l.png",
        "train --image i.png --labels l.png -o link.png",
        "train --image i.png --labels l.png -o m.out --report i.png", "train --image i.png --labels l.png -o m.out --report ./m.out",
        "preview i.png -o i.png", "preview i.png --segmentation l.png -o l.png", "preview i.png --features -o folder/i.png",
        "segment m.fastseg i.png -o link.png", "segment m.fastseg s.tif#1 -o s.tif", "segment m.fastseg i.png --mask l.png -o l.png",
        "segment m.fastseg s.tif -o folder/",
        "segment m.fastseg i.png -o o.tif --report m.fastseg",
        "segment m.fastseg i.png -o o.tif --report o.tif",
        "segment m.fastseg i.png -o o.tif --confidence --report o_confidence.tif",
        "features s.tif -o s.tif", "features s.tif#1 -o ./s.tif", "features i.png --model m.fastseg -o o.npy --report m.fastseg",
        "score l.png l.png --report l.png", "info i.png --report i.png", "plan m.fastseg i.png --report i.png",
        "import m.fastseg -o m.fastseg",
        "upsampler import i.png.safetensors -o i.png.safetensors", "upsampler run w.safetensors --image s.npy --features f.npy -o s.npy",
    ];

    [TestCaseSource(nameof(Lines))]
    public void InputsAndResultsAreKept(string line)
    {
        string folder = NewFolder();
        File.Copy(TrainImage, Path.Combine(folder, "i.png"));
        File.Copy(TrainLabels, Path.Combine(folder, "l.png"));
        File.Copy(Model, Path.Combine(folder, "m.fastseg"));
        (ImageInfo info, byte[] samples) = Labels(TrainLabels);
        Write(Path.Combine(folder, "s.tif"), info.Type, (int)info.Width, (int)info.Height, samples);
        File.CreateSymbolicLink(Path.Combine(folder, "link.png"), "i.png");
        Directory.CreateSymbolicLink(Path.Combine(folder, "folder"), ".");
        Dictionary<string, byte[]> before = Contents(folder);
        string[] arguments = [.. line.Split(' ').Select((word, i) => i == 0 || !IsPath(word) ? word : Path.Combine(folder, word))];
        Assert.That(Misuse(arguments), Does.Contain("overwritten by a result").Or.Contain("two results would be written"));
        Assert.That(Contents(folder), Is.EqualTo(before));
    }

    [Test]
    public void AResultThroughALinkReplacesItsTarget()
    {
        string folder = NewFolder(), target = Path.Combine(folder, "target.tif"), link = Path.Combine(folder, "link.tif");
        File.WriteAllText(target, "old");
        File.CreateSymbolicLink(link, "target.tif");
        Succeed("segment", Model, TestImage, "-o", link);
        Assert.That(new FileInfo(link).LinkTarget, Is.EqualTo("target.tif"));
        Assert.That(Labels(target).Info.Width, Is.EqualTo(256));
    }

    private static bool IsPath(string word) => word.Contains('.', StringComparison.Ordinal) || word.EndsWith('/');

    private static Dictionary<string, byte[]> Contents(string folder) =>
        Directory.GetFiles(folder).ToDictionary(path => path, File.ReadAllBytes);
}
