using FastSeg.Tests.Cli.Zarr;
using FastSeg.Tests.Images;
using FastSeg.Tests.Images.Zarr;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Resuming;

/// <summary>Blocks of images with masks, and of labels that go into their image's own store.</summary>
internal sealed class BlockInputTests : CliFixture
{
    private const int Width = 200, Height = 160;

    [Test]
    public void BlocksHaveTheSamePageOfAMask()
    {
        string folder = NewFolder(), image = Path.Combine(folder, "i.tif"), mask = Path.Combine(folder, "m.tif");
        Write(image, SampleType.UInt8, Width, Height, Scratch.Samples(Width, Height, 1, SampleType.UInt8));
        using (ImageWriter writer = ImageFile.Create(mask, new ImageLayout(Width, Height, SampleType.UInt8, 2)))
        {
            byte[] pages = new byte[2 * Width * Height];
            pages.AsSpan(0, Width * Height / 2).Fill(1);
            pages.AsSpan(Width * Height).Fill(1);
            writer.Write(new Region(0, 0, Width, Height), pages);
            writer.Commit();
        }
        string[] Masked(string page, params string[] how) =>
            ["segment", Model, image, "-o", Path.Combine(folder, "o.ome.zarr"), "--chunk", "64", "--mask", mask + page, .. how];
        Done(Masked("#1", "--prepare"));
        Done(Masked("#1", "--block", "1/2"));
        Assert.That(Fail(Masked("#2", "--block", "2/2")), Does.Contain("is of another run: its mask is "));
        Done(Masked("#1", "--block", "2/2"));
    }

    [TestCase("0.4")]
    [TestCase("0.5")]
    public void LabelsInsideAnImageAreWrittenInBlocks(string version)
    {
        string whole = ZarrOutputTests.Stack(NewFolder(), version), parts = ZarrOutputTests.Stack(NewFolder(), version);
        string[] Command(string store) =>
        [
            "segment", Model, store, "--into-input", "--chunk", version == "0.5" ? "16" : "32", "--select", "t=1,z=2,c=1",
            "--smooth", "safe",
        ];
        Done(Command(whole));
        string[] before = Directory.GetFileSystemEntries(parts);
        Assert.That(Done([.. Command(parts), "--prepare"]), Does.Contain("labels/model: prepared"));
        Done("clean", $"{parts}/labels/model");
        Assert.That(Directory.GetFileSystemEntries(parts), Is.EquivalentTo(before), "no empty folder of labels is left");
        Done([.. Command(parts), "--prepare"]);
        Done([.. Command(parts), "--block", "2/2"]);
        Done([.. Command(parts), "--block", "1/2"]);
        Succeed("finish", $"{parts}/labels/model");
        Assert.That(ZarrWriterTests.Hashes(parts), Is.EqualTo(ZarrWriterTests.Hashes(whole)));
    }
}
