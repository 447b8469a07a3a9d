using System.Runtime.InteropServices;
using System.Text.Json;
using NUnit.Framework;

namespace FastSeg.Tests.Cli;

/// <summary>fastseg features, score, plan and info.</summary>
internal sealed class OtherCommandsTests : CliFixture
{
    [Test]
    public void FeaturesHoldEveryPlaneInBothFormats()
    {
        string[] what = ["--sigmas", "1,2", "--families", "gaussian,dog", "--standardise", "none"];
        string output = Succeed(["features", TestImage, "-o", At("f.npy"), .. what]);
        Assert.That(output, Does.Contain("256 x 256 x 4 features"));
        byte[] npy = File.ReadAllBytes(At("f.npy"));
        int header = npy.Length - (256 * 256 * 4 * sizeof(float));
        Assert.That(System.Text.Encoding.ASCII.GetString(npy, 0, header), Does.Contain("'<f4'").And.Contain("(256, 256, 4)"));
        float[] stack = MemoryMarshal.Cast<byte, float>(npy.AsSpan(header)).ToArray();
        using ImageReader image = ImageFile.Open(TestImage);
        Assert.That(stack.Where((_, i) => i % 4 == 0), Is.EqualTo(Read(image).Select(sample => sample / 255f)));

        Succeed(["features", TestImage, "-o", At("f.tif"), .. what]);
        using ImageReader page = ImageFile.Open(At("f.tif#4"));
        Assert.That(page.Info.Pages, Is.EqualTo(4));
        Assert.That(MemoryMarshal.Cast<byte, float>(Read(page)).ToArray(), Is.EqualTo(stack.Where((_, i) => i % 4 == 3)));
    }

    [Test]
    public void FeaturesOfAModelAreItsOwn()
    {
        Succeed("features", TestImage, "-o", At("model.npy"), "--model", Model);
        Succeed("features", TestImage, "-o", At("paper.npy"));
        Assert.That(SameBytes("model.npy", "paper.npy"));
        Succeed("features", TestImage, "-o", At("weka.npy"), "--preset", "weka");
        Assert.That(SameBytes("weka.npy", "paper.npy"), Is.False);
    }

    [Test]
    public void ScoresAreThoseOfTheLibrary()
    {
        Succeed("segment", Model, TestImage, "-o", At("s.tif"));
        using ImageReader prediction = ImageFile.OpenLabels(At("s.tif"));
        using ImageReader truth = ImageFile.OpenLabels(TestTruth);
        ConfusionMatrix matrix = Score.Compare(prediction, truth, 1);
        Succeed("segment", Model, TrainImage, "-o", At("t.tif"));
        string output = Succeed("score", At("s.tif"), TestTruth, At("t.tif"), TestTruth, "--truth-offset", "1", "--json").Trim();
        using JsonDocument json = JsonDocument.Parse(output);
        JsonElement[] images = [.. json.RootElement.GetProperty("images").EnumerateArray()];
        double first = images[0].GetProperty("meanIou").GetDouble(), second = images[1].GetProperty("meanIou").GetDouble();
        Assert.That(first, Is.EqualTo(matrix.MeanIou()).And.GreaterThan(0.2));
        Assert.That(images[0].GetProperty("classes")[1].GetProperty("iou").GetDouble(), Is.EqualTo(matrix.Iou(2)));
        Assert.That(json.RootElement.GetProperty("meanIou").GetDouble(), Is.EqualTo((first + second) / 2));
        JsonElement pixels = json.RootElement.GetProperty("confusion").GetProperty("pixels");
        Assert.That(
            pixels.EnumerateArray().Sum(row => row.EnumerateArray().Sum(cell => cell.GetInt64())), Is.EqualTo(matrix.Pixels + 65536));
        string text = Succeed("score", At("s.tif"), TestTruth, "--truth-offset", "1");
        Assert.That(
            text,
            Does.Contain($"mean IoU {matrix.MeanIou():0.0000}").And.Contain($"class 2 {matrix.Iou(2):0.0000}")
                .And.Contain($"{matrix[2, 1]:N0}"));
    }

    [Test]
    public void ScoreOfAPerfectSegmentationIsOne() =>
        Assert.That(Succeed("score", TrainLabels, TrainLabels), Does.Contain("mean over 1 image: 1.0000").And.Contain("100.00 % right"));

    [Test]
    public void ScoreRefusesOtherSizesAndEmptyTruths()
    {
        Write(At("empty.tif"), SampleType.UInt8, 256, 256, new byte[65536]);
        Write(At("small.tif"), SampleType.UInt8, 16, 16, new byte[256]);
        Assert.That(Fail("score", TrainLabels, At("small.tif")), Does.Contain("256 x 256").And.Contain("small.tif is 16 x 16"));
        Assert.That(
            Fail("score", TrainLabels, At("empty.tif")), Does.Contain("empty.tif").And.Contain("no pixel of the truth is labelled"));
    }

    [Test]
    public void ScoreHintsWhereNoValueMatches()
    {
        Write(At("high.tif"), SampleType.UInt8, 2, 1, [85, 170]);
        Write(At("low.tif"), SampleType.UInt8, 2, 1, [1, 2]);
        Assert.That(
            Fail("score", At("low.tif"), At("high.tif")),
            Does.Contain("holds 1, 2 where").And.Contain("holds 85, 170, and they have no value in common").And.Contain("--keep-values"));
    }

    [Test]
    public void PlanSaysWhatSegmentThenPredicts()
    {
        using JsonDocument plan = JsonDocument.Parse(
            Succeed("plan", Model, TestImage, "--json", "--threads", "2", "--report", At("plan.json")));
        JsonElement root = plan.RootElement;
        long Bytes(string phase) => root.GetProperty("buffers").EnumerateArray()
            .Where(item => item.GetProperty("phase").GetString() == phase).Sum(item => item.GetProperty("bytes").GetInt64());
        // For each thread a band of all rows, and the counts of its samples; and the rows of the PNG that libvips holds while it decodes.
        Assert.That(Bytes("statistics"), Is.EqualTo((2 * ((256 * 256) + 33_792)) + (256 * 256)));
        long buffers = Bytes("run") + Bytes("tiles");
        Assert.That(buffers, Is.EqualTo(root.GetProperty("bufferBytes").GetInt64()).And.GreaterThan(1 << 20));
        Assert.That(root.GetProperty("peakBytes").GetInt64(), Is.EqualTo(buffers + root.GetProperty("processBytes").GetInt64()));
        Assert.That(root.GetProperty("planes").GetInt32(), Is.EqualTo(58));
        Assert.That(root.GetProperty("area").GetString(), Is.EqualTo("0,0,256,256"));
        using JsonDocument report = JsonDocument.Parse(File.ReadAllBytes(At("plan.json")));
        Assert.That(report.RootElement.GetProperty("predictedPeakBytes").GetInt64(), Is.EqualTo(root.GetProperty("peakBytes").GetInt64()));

        Succeed("segment", Model, TestImage, "-o", At("planned.tif"), "--threads", "2", "--report", At("run.json"));
        using JsonDocument run = JsonDocument.Parse(File.ReadAllBytes(At("run.json")));
        long predicted = run.RootElement.GetProperty("predictedPeakBytes").GetInt64();
        // The test process grows between plan and run, so the two totals differ; both count the buffers.
        Assert.That(predicted, Is.GreaterThan(buffers));
        string text = Succeed("plan", Model, TestImage, "--probabilities", "float", "--region", "0,0,100,50");
        Assert.That(text, Does.Contain("100 x 50 at 0,0").And.Contain("58 feature planes").And.Contain("peak"));
    }

    [Test]
    public void PlanSaysTheLeastMemory() =>
        Assert.That(Fail("plan", Model, TestImage, "--memory", "1MiB"), Does.Contain("the least that would do"));

    [Test]
    public void InfoDescribesModelsAndImages()
    {
        Assert.That(
            Succeed("info", Model),
            Does.Contain("FastSeg model").And.Match("classes +3").And.Contain("58 planes").And.Contain("12 trees")
                .And.Contain("FastSeg's booster").And.Contain("4 rounds").And.Match("halo +66 px"));
        Assert.That(Succeed("info", TestImage), Does.Contain("PNG").And.Contain("256 x 256 px").And.Contain("uint8, 1 channel (grey)"));
        var layout = new ImageLayout(3, 2, SampleType.UInt16) { PixelSize = new PixelSize(2.5, 2.5, "nm") };
        using (ImageWriter writer = ImageFile.Create(At("size.tif"), layout))
        {
            writer.Write(new Region(0, 0, 3, 2), new byte[12]);
            writer.Commit();
        }
        Assert.That(
            Succeed("info", At("size.tif")),
            Does.Contain("TIFF").And.Contain("3 x 2 px").And.Contain("uint16").And.Contain("2.5 x 2.5 nm"));
        File.Copy(Model, At("renamed.bin"));
        Assert.That(Succeed("info", At("renamed.bin")), Does.Contain("FastSeg model"));
        File.WriteAllText(At("notes.txt"), "nothing to see");
        Assert.That(Fail("info", At("notes.txt")), Does.Contain("notes.txt is no image that is read here"));
        Assert.That(Fail("info", Folder), Does.Contain(Folder));
    }

    private bool SameBytes(string one, string other) => File.ReadAllBytes(At(one)).AsSpan().SequenceEqual(File.ReadAllBytes(At(other)));
}
