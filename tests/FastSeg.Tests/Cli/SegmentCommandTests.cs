using System.Runtime.InteropServices;
using System.Text.Json;
using NUnit.Framework;

namespace FastSeg.Tests.Cli;

/// <summary>fastseg segment.</summary>
internal sealed class SegmentCommandTests : CliFixture
{
    [Test]
    public void FormatsHoldTheSameLabels()
    {
        foreach (string name in (string[])["l.tif", "l.png", "l.npy"])
        {
            string output = Succeed("segment", Model, TestImage, "-o", At(name));
            Assert.That(output, Does.Contain("256 x 256").And.Contain(At(name)));
        }
        (ImageInfo info, byte[] labels) = Labels(At("l.tif"));
        Assert.That((info.Width, info.Height, info.Type), Is.EqualTo((256L, 256L, SampleType.UInt8)));
        Assert.That(labels.Distinct().Order(), Is.EqualTo((byte[])[1, 2, 3]));
        Assert.That(Labels(At("l.png")).Samples, Is.EqualTo(labels));
        Assert.That(Labels(At("l.npy")).Samples, Is.EqualTo(labels));
    }

    [Test]
    public void ThePrintedAndReportedFractionsAreThoseOfTheMap()
    {
        string output = Succeed("segment", Model, TestImage, "-o", At("f.tif"), "--report", At("f.json"), "--threads", "2");
        (_, byte[] labels) = Labels(At("f.tif"));
        using JsonDocument report = Json("f.json");
        JsonElement image = report.RootElement.GetProperty("images")[0];
        Assert.That(image.GetProperty("image").GetString(), Is.EqualTo(TestImage));
        for (int i = 0; i < 3; i++)
        {
            int pixels = labels.Count(label => label == i + 1);
            JsonElement entry = image.GetProperty("classes")[i];
            Assert.That(entry.GetProperty("pixels").GetInt64(), Is.EqualTo(pixels));
            Assert.That(entry.GetProperty("fraction").GetDouble(), Is.EqualTo(pixels / 65536.0).Within(1e-12));
            Assert.That(output, Does.Match($@"  {i + 1}  class {i + 1} +{100 * pixels / 65536.0:0.00} % +{pixels:N0} px"));
        }
    }

    [Test]
    public void TheReportHasWhatTheSpecificationAsks()
    {
        Succeed("segment", Model, TestImage, "-o", At("r.tif"), "--report", At("r.json"), "--threads", "1");
        using JsonDocument report = Json("r.json");
        JsonElement root = report.RootElement;
        Assert.That(root.GetProperty("command").GetString(), Is.EqualTo("segment"));
        Assert.That(root.GetProperty("version").GetString(), Is.EqualTo(FastSegVersion.Text));
        Assert.That(root.GetProperty("backend").GetString(), Is.EqualTo("cpu"));
        Assert.That(root.GetProperty("threads").GetInt32(), Is.EqualTo(1));
        Assert.That(root.GetProperty("pixels").GetInt64(), Is.EqualTo(65536));
        Assert.That(root.GetProperty("machine").GetProperty("cores").GetInt32(), Is.EqualTo(Environment.ProcessorCount));
        JsonElement[] stages = [.. root.GetProperty("stages").EnumerateArray()];
        Assert.That(
            stages.Select(stage => stage.GetProperty("name").GetString()),
            Is.EquivalentTo((string[])["read", "filters", "forest", "write"]));
        double seconds = root.GetProperty("seconds").GetDouble();
        Assert.That(stages.Sum(stage => stage.GetProperty("seconds").GetDouble()), Is.GreaterThan(0).And.LessThanOrEqualTo(seconds));
        foreach (JsonElement stage in stages)
        {
            bool moves = stage.GetProperty("name").GetString() is "read" or "write";
            Assert.That(stage.GetProperty("bytes").GetInt64(), moves ? Is.GreaterThanOrEqualTo(65536) : Is.Zero);
            Assert.That(stage.GetProperty("pixels").GetInt64(), Is.GreaterThanOrEqualTo(65536));
        }
        Assert.That(root.GetProperty("predictedPeakBytes").GetInt64(), Is.GreaterThan(1 << 20));
        Assert.That(root.GetProperty("peakBytes").GetInt64(), Is.GreaterThan(1 << 20));
    }

    [Test]
    public void AFolderGetsOneFileAnImageAndNothingElse()
    {
        string folder = Path.Combine(NewFolder(), "made");
        Succeed("segment", Model, TestImage, TrainImage, "-o", folder);
        Assert.That(
            Directory.GetFiles(folder).Select(Path.GetFileName), Is.EquivalentTo((string[])["spot2_0d_0.tif", "lshr_15kx_3kv_0.tif"]));
        string slash = NewFolder() + "/new/";
        Succeed("segment", Model, TestImage, "-o", slash, "--format", "npy", "--confidence");
        Assert.That(
            Directory.GetFiles(slash).Select(Path.GetFileName), Is.EquivalentTo((string[])["spot2_0d_0.npy", "spot2_0d_0_confidence.npy"]));
        Assert.That(Labels(slash + "spot2_0d_0.npy").Samples, Is.EqualTo(Labels(Path.Combine(folder, "spot2_0d_0.tif")).Samples));
    }

    [Test]
    public void AFolderRunGoesOnPastAnImageThatFails()
    {
        string folder = NewFolder(), broken = At("broken.png");
        File.WriteAllBytes(broken, File.ReadAllBytes(TestImage)[..2000]);
        Outcome outcome = CommandLine.Run("segment", Model, broken, TestImage, At("absent.tif"), "-o", folder, "--report", At("past.json"));
        Assert.That(outcome.Code, Is.EqualTo(1));
        Assert.That(outcome.ErrorLines, Has.Length.EqualTo(2));
        Assert.That(outcome.ErrorLines[0], Does.Contain("broken.png"));
        Assert.That(outcome.ErrorLines[1], Does.Contain("absent.tif"));
        Assert.That(Directory.GetFileSystemEntries(folder).Select(Path.GetFileName), Is.EquivalentTo((string[])["spot2_0d_0.tif"]));
        using JsonDocument report = Json("past.json");
        Assert.That(
            report.RootElement.GetProperty("images").EnumerateArray().Count(image => image.TryGetProperty("error", out _)), Is.EqualTo(2));
    }

    [Test]
    public void TwoImagesOfOneStemAreRefusedBeforeAnythingRuns()
    {
        string folder = NewFolder();
        Assert.That(Misuse("segment", Model, TestImage, At("spot2_0d_0.tif"), "-o", folder), Does.Contain("would both be written"));
        Assert.That(Directory.GetFileSystemEntries(folder), Is.Empty);
    }

    [Test]
    public void KeptValuesAreThoseOfTheLabels()
    {
        (ImageInfo info, byte[] labels) = Labels(TrainLabels);
        byte[] wide = new byte[2 * labels.Length];
        Span<ushort> values = MemoryMarshal.Cast<byte, ushort>(wide.AsSpan());
        for (int i = 0; i < labels.Length; i++)
        {
            values[i] = labels[i] switch { 1 => 85, 2 => 170, 3 => 4000, _ => 0 };
        }
        Write(At("wide.tif"), SampleType.UInt16, (int)info.Width, (int)info.Height, wide);
        Succeed(
            "train", "--image", TrainImage, "--labels", At("wide.tif"), "--rounds", "4", "--smooth", "none", "-o", At("wide.fastseg"));
        Succeed("segment", At("wide.fastseg"), TestImage, "-o", At("kept.tif"), "--keep-values");
        (ImageInfo keptInfo, byte[] kept) = Labels(At("kept.tif"));
        Assert.That(keptInfo.Type, Is.EqualTo(SampleType.UInt16));
        Succeed("segment", Model, TestImage, "-o", At("plain.tif"));
        ushort[] expected = [.. Labels(At("plain.tif")).Samples.Select(label => (ushort)(label switch { 1 => 85, 2 => 170, _ => 4000 }))];
        Assert.That(MemoryMarshal.Cast<byte, ushort>(kept).ToArray(), Is.EqualTo(expected));
    }

    [Test]
    public void ARegionIsThePartOfTheWhole()
    {
        Succeed("segment", Model, TestImage, "-o", At("whole.tif"));
        Succeed("segment", Model, TestImage, "-o", At("part.tif"), "--region", "13,40,100,57");
        (_, byte[] whole) = Labels(At("whole.tif"));
        (ImageInfo info, byte[] part) = Labels(At("part.tif"));
        Assert.That((info.Width, info.Height), Is.EqualTo((100L, 57L)));
        for (int i = 0; i < part.Length; i++)
        {
            Assert.That(part[i], Is.EqualTo(whole[((40 + (i / 100)) * 256) + 13 + (i % 100)]));
        }
        Assert.That(
            Fail("segment", Model, TestImage, "-o", At("out.tif"), "--region", "200,0,57,10"),
            Does.Contain("200,0,57,10").And.Contain("256 x 256"));
        Assert.That(File.Exists(At("out.tif")), Is.False);
    }

    [Test]
    public void AMaskLeavesOutItsZeros()
    {
        byte[] mask = [.. Enumerable.Range(0, 65536).Select(i => (byte)(i / 256 < 200 ? 7 : 0))];
        Write(At("mask.png"), SampleType.UInt8, 256, 256, mask);
        // What is left out does not count in mean and deviation either, so the cut image has the same ones.
        (_, byte[] pixels) = Labels(TestImage);
        Write(At("cut.png"), SampleType.UInt8, 256, 200, pixels.AsSpan(0, 200 * 256));
        Succeed("segment", Model, At("cut.png"), "-o", At("unmasked.tif"));
        string output = Succeed("segment", Model, TestImage, "-o", At("masked.tif"), "--mask", At("mask.png"), "--probabilities", "uint8");
        byte[] whole = Labels(At("unmasked.tif")).Samples, masked = Labels(At("masked.tif")).Samples;
        int seen = (200 - FastSeg.Model.Load(Model).Features.Halo) * 256;
        Assert.That(masked[..seen], Is.EqualTo(whole[..seen]), "further up than the rows below are seen");
        Assert.That(masked[(200 * 256)..], Is.All.Zero);
        Assert.That(output, Does.Match($@"{100.0 * masked.Count(label => label == 1) / (200 * 256):0.00} %"));
        Write(At("small.png"), SampleType.UInt8, 256, 255, mask.AsSpan(256));
        Assert.That(
            Fail("segment", Model, TestImage, "-o", At("no.tif"), "--mask", At("small.png")),
            Does.Contain("small.png").And.Contain("256 x 255"));
    }

    [Test]
    public void ProbabilitiesAndConfidenceAgreeWithTheLabels()
    {
        Succeed("segment", Model, TestImage, "-o", At("p.tif"), "--probabilities", "float", "--confidence");
        byte[] labels = Labels(At("p.tif")).Samples;
        float[][] pages = [.. Enumerable.Range(1, 3).Select(page => Floats(At($"p_probabilities.tif#{page}")))];
        float[] confidence = Floats(At("p_confidence.tif"));
        for (int i = 0; i < labels.Length; i++)
        {
            float[] probabilities = [pages[0][i], pages[1][i], pages[2][i]];
            Assert.That(probabilities.Sum(), Is.EqualTo(1).Within(1e-5));
            Assert.That(Array.IndexOf(probabilities, probabilities.Max()) + 1, Is.EqualTo(labels[i]));
            Assert.That(confidence[i], Is.EqualTo(probabilities.Max()));
        }
        Succeed("segment", Model, TestImage, "-o", At("q.tif"), "--probabilities", "uint8");
        using ImageReader second = ImageFile.Open(At("q_probabilities.tif#2"));
        // Rounding to a step of 1/255 is off by at most half a step; the rest is the last bit of the product.
        Assert.That(Read(second).Zip(pages[1], (step, value) => Math.Abs(step - (255.0 * value))), Is.All.LessThanOrEqualTo(0.5 + 1e-5));
    }

    [Test]
    public void AColourImageDoesNotFitAGreyModel()
    {
        byte[] rgb = [.. Enumerable.Range(0, 64 * 64 * 3).Select(i => (byte)(10 + (i / 3 % 200)))];
        rgb[(3 * 70) + 1] = 9;
        WriteNpy(At("colour.npy"), "|u1", "(64, 64, 3)", rgb);
        Assert.That(
            Fail("segment", Model, At("colour.npy"), "-o", At("no.tif")), Does.Contain("colour.npy: the pixel at x 6, y 1 is coloured"));
        Assert.That(File.Exists(At("no.tif")), Is.False);
    }

    [Test]
    public void TooLittleMemoryIsToldWithTheLeastThatWouldDo()
    {
        string sentence = Fail("segment", Model, TestImage, "-o", At("no.tif"), "--memory", "1MiB");
        Assert.That(sentence, Does.Contain("--memory 1MiB is not enough").And.Match(@"the least that would do is \d+MiB"));
        Assert.That(Directory.GetFiles(Folder, ".*partial*"), Is.Empty);
    }

    private JsonDocument Json(string name) => JsonDocument.Parse(File.ReadAllBytes(At(name)));

    private static float[] Floats(string path)
    {
        using ImageReader reader = ImageFile.Open(path);
        Assert.That(reader.Info.Type, Is.EqualTo(SampleType.Float32));
        return MemoryMarshal.Cast<byte, float>(Read(reader)).ToArray();
    }

    private static void WriteNpy(string path, string type, string shape, byte[] samples) =>
        File.WriteAllBytes(path, Npy.Bytes(type, shape, samples));
}
