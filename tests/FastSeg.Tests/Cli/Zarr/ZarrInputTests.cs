using FastSeg.Tests.Images.Zarr;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Zarr;

/// <summary>OME-Zarr as input of the commands: the same image as a TIFF gives the same bytes.</summary>
internal sealed class ZarrInputTests : CliFixture
{
    private ZarrStores _stores = null!;

    [OneTimeSetUp]
    public void Unpack() => _stores = new ZarrStores();

    [OneTimeTearDown]
    public void Remove() => _stores.Dispose();

    [Test]
    public void ImagesLabelsAndMasksGiveWhatTheirTiffsGive()
    {
        string[] select = ["--select", "t=1,z=2,c=0"];
        string store = _stores["v2/tczyx"], image = At("plane.tif"), labels = At("labels.tif"), mask = At("mask.tif");
        byte[] samples, drawn = new byte[21 * 19], kept = new byte[21 * 19];
        using (ImageReader reader = ImageFile.Open(store, new ImageOptions { Select = new PlaneSelection(1, 2, 0) }))
        {
            samples = Read(reader);
        }
        for (int i = 0; i < drawn.Length; i++)
        {
            drawn[i] = (byte)(i % 7 == 0 ? 1 + (samples[2 * i] > 120 ? 1 : 0) : 0);
            kept[i] = (byte)(i % 19 > 2 ? 1 : 0);
        }
        Write(image, SampleType.UInt16, 19, 21, samples);
        Write(labels, SampleType.UInt8, 19, 21, drawn);
        Write(mask, SampleType.UInt8, 19, 21, kept);
        string[] fast = ["--rounds", "3", "--no-score", "--smooth", "none", "--standardise", "none"];
        Succeed(["train", "--image", image, "--labels", labels, .. fast, "-o", At("t.fastseg")]);
        Succeed(["train", "--image", store, "--labels", labels, .. select, .. fast, "-o", At("z.fastseg")]);
        Succeed("segment", At("t.fastseg"), image, "-o", At("t.tif"), "--mask", mask);
        Succeed(["segment", At("z.fastseg"), store, "-o", At("z.tif"), "--mask", mask, .. select]);
        Assert.That(Labels(At("z.tif")).Samples, Is.EqualTo(Labels(At("t.tif")).Samples));
        Succeed("features", image, "-o", At("t.npy"));
        Succeed(["features", store, "-o", At("z.npy"), .. select]);
        Assert.That(File.ReadAllBytes(At("z.npy")), Is.EqualTo(File.ReadAllBytes(At("t.npy"))));
        Succeed("preview", image, "-o", At("t.png"));
        Succeed(["preview", store, "-o", At("z.png"), .. select]);
        Assert.That(File.ReadAllBytes(At("z.png")), Is.EqualTo(File.ReadAllBytes(At("t.png"))));
        Assert.That(Succeed(["plan", At("z.fastseg"), store, .. select]), Does.Contain("reader"));
        using ImageReader size = ImageFile.Open(At("z.tif"));
        Assert.That(size.Info.PixelSize!.X, Is.EqualTo(2.5).Within(1e-6), "it carries over, as a float32 of a TIFF");
        Assert.That(size.Info.PixelSize.Unit, Is.EqualTo("nm"));
    }

    [Test]
    public void LabelsOfAZarrAreScored()
    {
        byte[] samples;
        using (ImageReader reader = ImageFile.OpenLabels(_stores["v2/levels"]))
        {
            samples = Read(reader);
        }
        Write(At("truth.tif"), SampleType.UInt8, 61, 37, samples);
        Assert.That(Succeed("score", _stores["v2/levels"], At("truth.tif")), Does.Contain("1.000"));
    }

    [Test]
    public void InfoSaysWhatAStoreIs()
    {
        string text = Succeed("info", _stores["v2/tczyx"], "--level", "1");
        Assert.That(
            text,
            Does.Contain("OME-Zarr 0.4, level 1 of 2 (t 2, c 3, z 4), chunks of 1 x 2 x 3 x 8 x 8, blosc (lz4)").And.Contain("10 x 11 px"));
        Assert.That(Succeed("info", _stores["v2/levels"]), Does.Contain("61 x 37, 31 x 19, 16 x 10, 8 x 5"));
    }

    [Test]
    public void FlagsAreNamedInSentences()
    {
        string store = _stores["v2/tczyx"];
        Assert.That(Fail("info", store, "--select", "z=9"), Does.Contain("so there is no z=9; give another number in --select."));
        Assert.That(Fail("info", store, "--level", "2"), Does.Contain("give another number as --level."));
        Assert.That(Fail("info", TestImage, "--select", "z=9"), Does.Contain("is no OME-Zarr, so leave out --select"));
        Assert.That(Misuse("info", store, "--select", "z=a"), Does.Contain("--select z=a names no plane; give numbers from 0"));
        Assert.That(Misuse("info", store, "--select", "z=1,z=2"), Does.Contain("names no plane"));
        Outcome outcome = CommandLine.Run("preview", store, "-o", At("first.png"));
        Assert.That(outcome.Code, Is.Zero);
        Assert.That(outcome.Error, Does.Contain("4 slices, of which the first was taken; others are named in --select, such as z=1."));
    }
}
