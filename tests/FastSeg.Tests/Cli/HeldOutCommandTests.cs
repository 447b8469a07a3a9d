using System.Text.Json;
using NUnit.Framework;

namespace FastSeg.Tests.Cli;

/// <summary>Honest scores on the command line: what train holds out, and what score knows of a model's training images.</summary>
internal sealed class HeldOutCommandTests : CliFixture
{
    [Test]
    public void TrainPrintsAndReportsWhatItHeldOut()
    {
        string report = At("report.json"), model = At("held.fastseg");
        string output = Succeed(Train(model, "--names", "matrix,fine,coarse", "--report", report));
        Assert.That(output, Does.Match(@"held-out score: mean IoU 0\.\d{4} over 2 folds of strokes"));
        Assert.That(output, Does.Match(@"  2  fine +IoU 0\.\d{4}"));
        Assert.That(output, Does.Match(
            @"held-out pixels of each class \(rows\) by the class they were given \(columns\), \d+\.\d+ % right:\n" +
            @" +matrix +fine +coarse\n +matrix +[\d,]+ +[\d,]+ +[\d,]+\n +fine "));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(report));
        JsonElement heldOut = json.RootElement.GetProperty("heldOut");
        Assert.That(heldOut.GetProperty("folds").GetInt32(), Is.EqualTo(2));
        Assert.That(heldOut.GetProperty("of").GetString(), Is.EqualTo("strokes"));
        double mean = heldOut.GetProperty("meanIou").GetDouble();
        Assert.That(output, Does.Contain($"mean IoU {mean:0.0000}"));
        IEnumerable<double> ious = heldOut.GetProperty("classes").EnumerateArray().Select(entry => entry.GetProperty("iou").GetDouble());
        Assert.That(ious.Average(), Is.EqualTo(mean).Within(1e-9));
        JsonElement confusion = heldOut.GetProperty("confusion");
        string[] names = ["matrix", "fine", "coarse"];
        Assert.That(confusion.GetProperty("truthNames").EnumerateArray().Select(name => name.GetString()), Is.EqualTo(names));
        Assert.That(heldOut.GetProperty("classes").EnumerateArray().Select(one => one.GetProperty("name").GetString()), Is.EqualTo(names));
        (double share, string mistake) = Mistake(confusion, names);
        Assert.That(output, Does.Contain(FormattableString.Invariant($"most mistakes: {100 * share:F1} % of {mistake}")));
        long labelled = Labels(TrainLabels).Samples.Count(label => label > 0);
        Assert.That(
            heldOut.GetProperty("confusion").GetProperty("pixels").EnumerateArray().Sum(row => row.EnumerateArray().Sum(n => n.GetInt64())),
            Is.EqualTo(labelled));
        string tried = @"none 0\.\d{4}, guided:8,0\.05 0\.\d{4}, safe 0\.\d{4}";
        Assert.That(output, Does.Match($@"  smoothing: {tried}; [\w:,.]+ is kept"));
        Assert.That(heldOut.GetProperty("smoothings").GetArrayLength(), Is.EqualTo(3));
        string info = Succeed("info", model);
        Assert.That(info, Does.Match($@"mean IoU {mean:0.0000} over 2 folds of strokes: {tried}"));
        Assert.That(info, Does.Contain($"smoothing  {heldOut.GetProperty("smoothing").GetString()}"));
    }

    [Test]
    public void AutoIsTheSameGivenAndLeftOut()
    {
        string given = At("given.fastseg"), leftOut = At("left-out.fastseg");
        Succeed(Train(given, "--smooth", "auto"));
        Succeed(Train(leftOut));
        Assert.That(File.ReadAllBytes(given), Is.EqualTo(File.ReadAllBytes(leftOut)));
    }

    [Test]
    public void AGivenSmoothingIsScoredAndKept()
    {
        string model = At("guided.fastseg"), report = At("guided.json");
        Assert.That(
            Succeed(Train(model, "--smooth", "guided:3", "--report", report)),
            Does.Contain("over 2 folds of strokes").And.Not.Contain("is kept"));
        Assert.That(FastSeg.Model.Load(model).Smoothing, Is.EqualTo(Smoothing.Guided(3)));
        Assert.That(File.ReadAllText(report), Does.Contain("\"smoothing\": \"guided:3,0.05\""));
        Assert.That(Misuse(Train(model, "--smooth", "soft")), Does.Contain("--smooth soft: give"));
    }

    [Test]
    public void WithoutAScoreOnlyTheModelIsTrained()
    {
        string model = At("unscored.fastseg"), report = At("unscored.json");
        Assert.That(Succeed(Train(model, "--no-score", "--report", report)), Does.Not.Contain("held-out"));
        Assert.That(File.ReadAllText(report), Does.Not.Contain("heldOut"));
        Assert.That(FastSeg.Model.Load(model).Smoothing, Is.EqualTo(Smoothing.Safe), "nothing says that another is better");
        Assert.That(Succeed("info", model), Does.Not.Contain("held out").And.Match("images +lshr_15kx_3kv_0.png"));
    }

    [Test]
    public void AClassOfOneStrokeIsNamedInASentence()
    {
        (ImageInfo info, byte[] labels) = Labels(TrainLabels);
        byte[] single = new byte[labels.Length];
        single.AsSpan(0, 40).Fill(2);
        single.AsSpan(80, 40).Fill(1);
        single.AsSpan(160, 40).Fill(1);
        Write(At("single.tif"), SampleType.UInt8, (int)info.Width, (int)info.Height, single);
        string output = Succeed(
            "train", "--image", TrainImage, "--labels", At("single.tif"), "--rounds", "1", "-o", At("single.fastseg"));
        Assert.That(output, Does.Contain("The class \"class 2\" was drawn in one stroke only and cannot be held out"));
        Assert.That(output, Does.Contain("The smoothing is safe"));
    }

    [Test]
    public void FlippedCopiesAreTrainedOnAndSaid()
    {
        string model = At("flips.fastseg");
        string output = Succeed(Train(model, "--augment", "flips", "--no-score"));
        Assert.That(output, Does.Contain($"{Labels(TrainLabels).Samples.Count(label => label > 0):N0} labelled pixels of 1 image"));
        Assert.That(FastSeg.Model.Load(model).Training!.Augment, Is.EqualTo(Augmentation.Flips));
        Assert.That(
            Succeed("info", model), Does.Contain("flipped and transposed copies too").And.Contain("lshr_15kx_3kv_0.png (256 x 256)"));
        Assert.That(Misuse(Train(model, "--augment", "rotate")), Does.Contain("--augment rotate: give none or flips."));
    }

    [Test]
    public void ScoreTellsTrainedImagesApartAndTheOthersComeFirst()
    {
        string[] pairs = Pairs();
        string output = Succeed(["score", .. pairs, "--model", Model]);
        Assert.That(output, Does.Match(@"lshr_15kx_3kv_0\.png  mean IoU 1\.0000  \(.*\)  trained on\n"));
        Assert.That(output, Does.Match(@"mean over 2 images not trained on: 0\.\d{4}\nmean over 1 image trained on: 1\.0000\n"));
        Assert.That(output, Does.Match(@"by label \(columns\), images not trained on, "));
        using JsonDocument json = JsonDocument.Parse(Succeed(["score", .. pairs, "--model", Model, "--json"]));
        Assert.That(
            json.RootElement.EnumerateObject().Select(member => member.Name),
            Is.EqualTo((string[])["notTrainedOn", "trainedOn", "images", "meanIou", "confusion"]));
        Assert.That(
            json.RootElement.GetProperty("images").EnumerateArray().Select(image => image.GetProperty("trainedOn").GetBoolean()),
            Is.EqualTo((bool[])[true, false, false]));
        Assert.That(json.RootElement.GetProperty("notTrainedOn").GetProperty("images").GetInt32(), Is.EqualTo(2));
        Assert.That(json.RootElement.GetProperty("trainedOn").GetProperty("meanIou").GetDouble(), Is.EqualTo(1));
    }

    [Test]
    public void WithoutAModelScoreSaysWhatItDid()
    {
        Assert.That(Succeed(["score", .. Pairs()]), Does.Contain("mean over 3 images: 0.").And.Not.Contain("trained on"));
        Assert.That(Succeed(["score", .. Pairs(), "--json"]), Does.Not.Contain("rainedOn"));
        string old = TestData.File("tests", "FastSeg.Tests", "Models", "format1.fastseg");
        Assert.That(Fail(["score", .. Pairs(), "--model", old]), Does.Contain("does not say which images it was trained on"));
    }

    /// <summary>The largest share of a class that got another label, from the counts in a report.</summary>
    private static (double Share, string Words) Mistake(JsonElement confusion, string[] names)
    {
        long[][] counts =
        [
            .. confusion.GetProperty("pixels").EnumerateArray().Select(row => row.EnumerateArray().Select(n => n.GetInt64()).ToArray()),
        ];
        return counts.SelectMany((row, i) => row.Select((count, j) => (
            Share: i == j ? 0 : (double)count / row.Sum(), Words: $"{names[i]} was taken for {names[j]}"))).MaxBy(one => one.Share);
    }

    private static string[] Train(string model, params string[] more) =>
        ["train", "--image", TrainImage, "--labels", TrainLabels, "--rounds", "3", "-o", model, .. more];

    /// <summary>
    /// The training image's labels as its segmentation; as that of another image of this size; and a small image of the same name.
    /// </summary>
    private string[] Pairs()
    {
        string folder = NewFolder(), other = NewFolder();
        string trained = Path.Combine(folder, "lshr_15kx_3kv_0.png"), unseen = Path.Combine(folder, "unseen.tif");
        string small = Path.Combine(other, "lshr_15kx_3kv_0.tif"), truth = Path.Combine(other, "truth.tif");
        (ImageInfo info, byte[] labels) = Labels(TrainLabels);
        File.Copy(TrainLabels, trained);
        Write(unseen, SampleType.UInt8, (int)info.Width, (int)info.Height, [.. labels.Select(_ => (byte)1)]);
        Write(small, SampleType.UInt8, 2, 2, [1, 1, 1, 2]);
        Write(truth, SampleType.UInt8, 2, 2, [1, 1, 2, 2]);
        return [trained, TrainLabels, unseen, TrainLabels, small, truth];
    }
}
