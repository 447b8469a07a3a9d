using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Deep.Tokens;
using FastSeg.Tests.Deep.Backbones;
using FastSeg.Tests.Deep.Upsamplers;
using NUnit.Framework;

namespace FastSeg.Tests.Deep;

/// <summary>Deep features at two scales, from scribbles to labels.</summary>
[TestFixture]
internal sealed class DeepScaleTests() : DeepFixture(Scene)
{
    private const int Channels = 6;

    private static readonly int[] Both = [1, 2];

    private static readonly SyntheticScene Scene = new(333, 171, seed: 4);

    private Model _model = null!;

    [OneTimeSetUp]
    public void TrainModel() => _model = Fit(Both, new ComputeOptions());

    [Test]
    public unsafe void ChannelsOfScale1ComeFirstEachScaleFromItsOwnProjectionAndCells(
        [Values(Upsampling.Nearest, Upsampling.Bilinear)] Upsampling upsampling)
    {
        using MemoryImage image = Scene.Image;
        DeepModel deep = _model.Deep!.Interpolated(upsampling);
        float[] expected = new float[Channels * Scene.Width * Scene.Height];
        fixed (float* first = expected)
        {
            for (int i = 0; i < 2; i++)
            {
                using LowResolution map = LowResolution.Compute(
                    Backbone, deep.Projections[i], image, SeenPage.Of(image), deep.Description.Windows, scale: Both[i]);
                Assert.That((map.Channels, map.Patch, map.Columns), Is.EqualTo((3, 8 / Both[i], i == 0 ? 42 : 84)));
                using var planes = new LowResolutionPlanesCpu(map, upsampling == Upsampling.Bilinear, Scene.Width, Scene.Height);
                float* to = first + (i * 3 * Scene.Width * Scene.Height);
                planes.Planes(0, 0, Scene.Width, Scene.Height, to, Scene.Width, Scene.Width * Scene.Height);
            }
        }
        var options = new DeepOptions(Backbone) { Channels = Channels, Scales = Both, Upsampling = upsampling };
        FeatureStack stack = Segmenter.Features(image, Small, deep: options);
        Assert.That(stack.Names.TakeLast(Channels), Is.EqualTo(Enumerable.Range(0, Channels).Select(i => $"deep_{i}")));
        float[] planesOfFit = stack.Values[^expected.Length..];
        // The projections of a stack are fitted with seed 0, as the model's are.
        Assert.That(planesOfFit, Is.EqualTo(expected));
        if (upsampling == Upsampling.Bilinear)
        {
            Assert.That(new Segmenter(_model, Backbone).Features(image).Values[^expected.Length..], Is.EqualTo(expected));
        }
    }

    [Test]
    public void Scale1OfTwoIsScale1Alone()
    {
        SharedPca Of(IReadOnlyList<int> scales, int channels, int number)
        {
            using MemoryImage image = Scene.Image;
            var options = new DeepOptions(Backbone) { Channels = channels, Scales = scales };
            return DeepModel.Fit(options, [image], 3, new StageTimes(), new ComputeOptions()).Projections[number];
        }
        Assert.That(Of(Both, 6, 0).Components, Is.EqualTo(Of([1], 3, 0).Components));
        Assert.That(Of(Both, 6, 1).Components, Is.EqualTo(Of([2], 3, 0).Components));
        Assert.That(Of(Both, 6, 1).Components, Is.Not.EqualTo(Of([1], 3, 0).Components));
    }

    [Test]
    public void ModelsAndLabelsDoNotDependOnThreadsOrMemory()
    {
        using MemoryImage image = Scene.Image;
        var one = new ComputeOptions { Threads = 1 };
        Assert.That(Bytes(Fit(Both, one)), Is.EqualTo(Bytes(_model)));
        Assert.That(Bytes(Tight.Run(3, tight => Fit(Both, tight))), Is.EqualTo(Bytes(_model)));
        Assert.That(Tight.Run(3, tight => Labels(_model, image, tight)), Is.EqualTo(Labels(_model, image, one)));
    }

    [Test]
    public void APlanCountsEveryBufferOfOurs([Values(1, 2)] int least, [Values] bool joint)
    {
        Model model = joint ? Fit(least == 1 ? Both : [2], new ComputeOptions(), Upsampling.JointBilateral)
            : least == 1 ? _model : Fit([2], new ComputeOptions());
        Plan plan = PlanIsWhatIsHeld(model);
        long cells = (22L * 42 * (least == 1 ? 3 : 0)) + (43L * 84 * (least == 1 ? 3 : 6));
        Assert.That(plan.Items.Single(item => item.Name == "deep features").Bytes, Is.EqualTo(cells * sizeof(float)));
    }

    [Test]
    public void AModelSurvivesItsFileAndOneScaleLeavesNoTrace()
    {
        using var folder = new TemporaryFolder();
        _model.Save(folder.File("m.fastseg"));
        Model loaded = Model.Load(folder.File("m.fastseg"));
        Assert.That(loaded.DeepFeatures, Is.EqualTo(_model.DeepFeatures));
        Assert.That(loaded.DeepFeatures!.Scales, Is.EqualTo(Both));
        Assert.That(Bytes(loaded), Is.EqualTo(Bytes(_model)));
        Assert.That(Json(folder.File("m.fastseg")), Does.Contain("\"scales\": ["));
        using MemoryImage image = Scene.Image;
        Assert.That(Labels(loaded, image, new ComputeOptions()), Is.EqualTo(Labels(_model, image, new ComputeOptions())));

        Model one = Fit([1], new ComputeOptions());
        one.Save(folder.File("one.fastseg"));
        Assert.That(Model.Load(folder.File("one.fastseg")).DeepFeatures!.Scales, Is.EqualTo(new[] { 1 }));
        Assert.That(Json(folder.File("one.fastseg")), Does.Not.Contain("scales"));
    }

    [Test]
    public void ProgressRisesOverBothScales()
    {
        using MemoryImage image = Scene.Image;
        var reports = new List<double>();
        using DeepMaps maps = DeepMaps.Compute(
            _model.Deep!, Backbone, image, default, new StageTimes(), new ComputeOptions { Progress = new Collect(reports) }, atOnce: 2);
        // 42 x 22 cells are two windows; 84 x 43 are three times two.
        Assert.That(reports, Is.EqualTo(Enumerable.Range(1, 8).Select(i => i / 8.0)).Within(1e-12));
    }

    [Test]
    public void PartsThatContradictEachOtherAreDamage()
    {
        DeepModel deep = _model.Deep!;
        foreach ((DeepDescription description, IReadOnlyList<SharedPca> projections) in new[]
        {
            (deep.Description with { Scales = [2, 1] }, deep.Projections),
            (deep.Description with { Scales = [] }, deep.Projections),
            (deep.Description with { Scales = [1, 3] }, deep.Projections),
            (deep.Description with { Scales = [1] }, deep.Projections),
            (deep.Description, deep.Projections.Take(1)),
            (deep.Description with { Patch = 7 }, deep.Projections),
        }.Select(pair => (pair.Item1, (IReadOnlyList<SharedPca>)[.. pair.Item2])))
        {
            Assert.Throws<InvalidDataException>(() => new DeepModel(description, projections, null).Dispose());
        }
    }

    [Test]
    public void ALearnedUpsamplerTakesScale1Alone()
    {
        using var tiny = new TinyBackbone(dimension: 20);
        tiny.SaveDefault(new UpsamplerCase(16, 16, 64, 64, 8, Padding.Replicate));
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        var options = new DeepOptions(backbone) { Channels = 16, Scales = Both };
        Assert.That(
            options.Choose(Standardisation.Image),
            Is.EqualTo(new UpsamplingChoice(
                Upsampling.Bilinear, "a learned upsampler takes scale 1 alone, but the scales are 1, 2")));
        Assert.That((options with { Scales = [1] }).Choose(Standardisation.Image).Upsampling, Is.EqualTo(Upsampling.Learned));
        Assert.That(
            Assert.Throws<FastSegException>(
                () => (options with { Upsampling = Upsampling.Learned }).Choose(Standardisation.Image))!.Message,
            Does.EndWith("the scales are 1, 2; give scale 1 alone, or choose nearest or bilinear."));
    }

    [Test]
    public void ScalesThatAreNotPossibleAreRefused([Values("", "2,1", "1,1", "0", "3")] string scales)
    {
        int[] list = [.. scales.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
        Assert.That(
            Assert.Throws<FastSegException>(() => Fit(list, new ComputeOptions()))!.Message,
            Does.Contain("are not possible; give 1, 2 or both, the smaller first"));
    }

    private static string Json(string path)
    {
        using System.IO.Compression.ZipArchive zip = System.IO.Compression.ZipFile.OpenRead(path);
        using var reader = new StreamReader(zip.GetEntry("model.json")!.Open());
        return reader.ReadToEnd();
    }

    private Model Fit(IReadOnlyList<int> scales, ComputeOptions options, Upsampling upsampling = Upsampling.Bilinear) =>
        Train(new DeepOptions(Backbone) { Channels = Channels, Scales = scales, Upsampling = upsampling }, options);

    private sealed class Collect(List<double> reports) : IProgress<double>
    {
        public void Report(double value) => reports.Add(value);
    }
}
