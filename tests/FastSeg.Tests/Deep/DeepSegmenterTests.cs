using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Deep.Backbones;
using FastSeg.Deep.Tokens;
using FastSeg.Deep.Upsamplers;
using FastSeg.Tests.Deep.Backbones;
using FastSeg.Tests.Deep.Upsamplers;
using FastSeg.Tests.Reference;
using FastSeg.Tests.Runs;
using NUnit.Framework;

namespace FastSeg.Tests.Deep;

/// <summary>Classical and deep features together, from scribbles to labels.</summary>
[TestFixture]
internal sealed class DeepSegmenterTests() : DeepFixture(Scene)
{
    private const int Channels = 5;

    private static readonly SyntheticScene Scene = new(205, 171, seed: 4);

    private Model _model = null!;

    [OneTimeSetUp]
    public void TrainModel() => _model = Fit(Upsampling.Bilinear, new ComputeOptions());

    [Test]
    public void DeepPlanesFollowTheClassicalOnes()
    {
        using MemoryImage image = Scene.Image;
        float[] planes = Planes(_model, image);
        float[] classical = new float[58 * Scene.Width * Scene.Height];
        Segmenter.Features(image, FeatureSpec.Paper, 1, names => MemoryWriter.Into<float>(Layout(names.Count), classical));
        Assert.That(planes[..classical.Length], Is.EqualTo(classical));
        using LowResolution map = LowResolution.Compute(
            Backbone, _model.Deep!.Projections[0], image, SeenPage.Of(image), _model.Deep.Description.Windows);
        using var upsampled = new LowResolutionPlanesCpu(map, bilinear: true, Scene.Width, Scene.Height);
        float[] deep = new float[Channels * Scene.Width * Scene.Height];
        unsafe
        {
            fixed (float* first = deep)
            {
                upsampled.Planes(0, 0, Scene.Width, Scene.Height, first, Scene.Width, Scene.Width * Scene.Height);
            }
        }
        Assert.That(planes[classical.Length..], Is.EqualTo(deep));
    }

    /// <summary>A copy of sixteen times the values, in 16 bits, has the same projection and the same planes.</summary>
    [Test]
    public void PowersOfTwoChangeNothing()
    {
        ushort[] samples = Array.ConvertAll(Scene.Pixels, sample => (ushort)(16 * sample));
        using MemoryImage image = Scene.Image, sixteen = MemoryImage.FromMemory<ushort>(samples, Scene.Width, Scene.Height);
        var deep = new DeepOptions(Backbone) { Channels = Channels, Scales = [1] };
        FeatureSpec none = FeatureSpec.Paper with { Families = Families.None };
        Assert.That(
            Segmenter.Features(sixteen, none, deep: deep).Values, Is.EqualTo(Segmenter.Features(image, none, deep: deep).Values));
        Assert.That(Planes(_model, sixteen), Is.EqualTo(Planes(_model, image)));
    }

    /// <summary>The transformer sees 0.5 + 0.12 z, as it would of an image of z with the range -0.5 / 0.12 to 0.5 / 0.12.</summary>
    [Test]
    public void TheTransformerSeesTheImageStandardisedByNeighbourhood([Values] BackendKind backend)
    {
        if (backend is BackendKind.Auto or BackendKind.Cuda or BackendKind.OpenCl)
        {
            return;
        }
        FeatureSpec local = FeatureSpec.Paper with
        {
            Families = Families.Gaussian,
            Sigmas = [],
            Standardise = Standardisation.Local,
            StandardiseSigma = 20,
        };
        using MemoryImage image = Scene.Image;
        var options = new ComputeOptions { Backend = backend };
        float[] z = Segmenter.Features(image, local, options: options).Values.ToArray();
        using MemoryImage standardised = MemoryImage.FromMemory<float>(z, Scene.Width, Scene.Height);
        var deep = new DeepOptions(Backbone) { Channels = Channels, Scales = [1] };
        float[] found = Segmenter.Features(image, local, deep: deep, options: options).Values.ToArray();
        const float End = 0.5f / 0.12f;
        float[] expected = Segmenter.Features(
            standardised, local with { Standardise = Standardisation.None }, deep: deep with { Range = new InputRange(-End, End) },
            options: options).Values.ToArray();
        Assert.That(found[..z.Length], Is.EqualTo(z));
        Assert.That(found, Is.EqualTo(expected).Within(1e-4));
    }

    [Test]
    public void AStandardisedImageHasNoRange()
    {
        using MemoryImage image = Scene.Image;
        var deep = new DeepOptions(Backbone) { Channels = Channels, Range = new InputRange(0, 0.5f) };
        Assert.That(
            () => Segmenter.Features(image, FeatureSpec.Paper, deep: deep),
            Throws.TypeOf<FastSegException>().With.Message.StartsWith("An input range has no effect on standardised images"));
        FeatureSpec by = FeatureSpec.Paper with { Families = Families.None, Standardise = Standardisation.None };
        Assert.That(() => Segmenter.Features(image, by, deep: deep), Throws.Nothing);
    }

    [Test]
    public void LabelsEqualXgboostsOwn()
    {
        using MemoryImage image = Scene.Image;
        float[] planes = Planes(_model, image);
        int pixels = Scene.Width * Scene.Height, features = 58 + Channels;
        float[] rows = new float[planes.Length];
        for (int i = 0; i < planes.Length; i++)
        {
            rows[(i % pixels * features) + (i / pixels)] = planes[i];
        }
        float[] margins = XgBoostPeer.Margins(_model.ForestBytes.ToArray(), rows, features);
        byte[] expected =
        [
            .. Enumerable.Range(0, pixels)
                .Select(i => (byte)(1 + margins.AsSpan(i * 3, 3).IndexOf(margins.AsSpan(i * 3, 3).ToArray().Max()))),
        ];
        Assert.That(Labels(_model, image, new ComputeOptions()), Is.EqualTo(expected));
    }

    [TestCase(Upsampling.Nearest), TestCase(Upsampling.Bilinear), TestCase(Upsampling.JointBilateral)]
    public void ModelsAndLabelsDoNotDependOnThreadsOrMemory(Upsampling upsampling)
    {
        using MemoryImage image = Scene.Image;
        var one = new ComputeOptions { Threads = 1 };
        Model model = Fit(upsampling, one);
        Assert.That(Bytes(Tight.Run(3, tight => Fit(upsampling, tight))), Is.EqualTo(Bytes(model)));
        Assert.That(Tight.Run(3, tight => Labels(model, image, tight)), Is.EqualTo(Labels(model, image, one)));
    }

    [Test]
    public void ForwardPassesOfTheFitAreTheTransformersTime()
    {
        using Backbone backbone = Backbone.Open(TestData.File("models", "fastseg-vit-tiny-8"), 1);
        RunResult run = Segmenter.Train([Scene.Training], training: Trained.Quick, deep: new DeepOptions(backbone) { Channels = 3 }).Run;
        StageReport vit = run.Stages.Single(stage => stage.Stage == Stage.Vit);
        StageReport projection = run.Stages.Single(stage => stage.Stage == Stage.Projection);
        Assert.That(vit.Pixels, Is.EqualTo((SharedPcaFit.Views * 208L * 176) + (205 * 171)));
        Assert.That(vit.Seconds, Is.GreaterThan(projection.Seconds));
    }

    [Test]
    public void ARegionSeesTheWholeImagesDeepFeatures()
    {
        using MemoryImage image = Scene.Image;
        byte[] whole = Labels(_model, image, new ComputeOptions());
        var region = new Region(90, 70, 61, 43);
        var segmenter = new Segmenter(_model, Backbone);
        var options = new SegmentOptions { Region = region };
        byte[] part = new byte[region.Pixels];
        segmenter.Segment(
            image, new SegmentOutputs { Labels = MemoryWriter.Into<byte>(segmenter.LabelLayout(image.Info, options), part) }, options);
        for (int i = 0; i < part.Length; i++)
        {
            Assert.That(part[i], Is.EqualTo(whole[((70 + (i / 61)) * Scene.Width) + 90 + (i % 61)]));
        }
    }

    [Test]
    public void APlanCountsEveryBufferOfOurs()
    {
        Plan plan = PlanIsWhatIsHeld(_model);
        Assert.That(plan.Items.Single(item => item.Name == "transformer").Phase, Is.EqualTo(PlanPhase.Transformer));
    }

    [Test]
    public void APlanTakesFewerWindowsAtOnceWhereMemoryIsShort()
    {
        using var image = MemoryImage.FromMemory<byte>(new byte[700 * 700], 700, 700);
        using Backbone backbone = Backbone.Open(TestData.File("models", "fastseg-vit-tiny-8"), 1);
        // A projection is not fitted, which would take most of the test's time.
        ProjectionFile stored = ProjectionFile.Load(TestData.File("models", "fastseg-vit-tiny-8-int8", "projection.safetensors"));
        Model model = Segmenter.Train(
            [Scene.Training], FeatureSpec.Paper with { Families = Families.None }, Trained.Quick,
            deep: new DeepOptions(backbone) { Channels = 3, Projection = stored }).Model;
        var segmenter = new Segmenter(model, backbone);
        Plan Plan(int threads, long memory = 0) =>
            segmenter.Plan(image, options: new ComputeOptions { Threads = threads, Memory = memory });
        Plan three = Plan(3);
        PlanItem pass = three.Items.Single(item => item.Name == "transformer");
        Assert.That((three.WindowsAtOnce, pass.Count, Plan(1).WindowsAtOnce), Is.EqualTo((3, 3, 1)));
        Plan less = Plan(3, three.PeakBytes - (pass.BytesEach / 2));
        Assert.That((less.WindowsAtOnce, less.Workers), Is.EqualTo((2, 3)));
        Assert.That(less.Items.Single(item => item.Name == "windows").Count, Is.EqualTo(2));
        Assert.That(Plan(3, three.PeakBytes - (pass.BytesEach * 3 / 2)).WindowsAtOnce, Is.EqualTo(1));
    }

    [Test]
    public void AModelSurvivesItsFile()
    {
        using var folder = new TemporaryFolder();
        _model.Save(folder.File("m.fastseg"));
        Model loaded = Model.Load(folder.File("m.fastseg"));
        Assert.That(loaded.DeepFeatures, Is.EqualTo(_model.DeepFeatures));
        using MemoryImage image = Scene.Image;
        Assert.That(Labels(loaded, image, new ComputeOptions()), Is.EqualTo(Labels(_model, image, new ComputeOptions())));
        Assert.That(Bytes(loaded), Is.EqualTo(Bytes(_model)));
    }

    [Test]
    public void AnotherBackboneOrNoneIsRefused()
    {
        using MemoryImage image = Scene.Image;
        using var other = new TinyBackbone(seed: 2);
        using Backbone wrong = Backbone.Open(other.Folder, 1);
        using Backbone threads = Backbone.Open(Backbone.Folder, 2);
        Assert.That(Refusal(wrong), Does.Contain("give the same backbone"));
        Assert.That(Refusal(threads), Does.Contain("1 threads").And.Contain("opened with 2"));
        Assert.That(Refusal(null), Does.Contain("needs the backbone"));

        string Refusal(Backbone? backbone) =>
            Assert.Catch<FastSegException>(() => Labels(_model, backbone, image, null))!.Message;
    }

    [Test]
    public void ALearnedUpsamplerIsKeptInTheModelAndTilesEqualTheWhole()
    {
        using var tiny = new TinyBackbone(dimension: 20);
        tiny.SaveDefault(new UpsamplerCase(16, 16, 176, 208, 8, Padding.Replicate));
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        using MemoryImage image = Scene.Image;
        Model model = Segmenter.Train([Scene.Training], training: Trained.Quick, deep: new DeepOptions(backbone)).Model;
        Assert.That(model.DeepFeatures!.Upsampling, Is.EqualTo(Upsampling.Learned));
        using var folder = new TemporaryFolder();
        model.Save(folder.File("m.fastseg"));
        Model loaded = Model.Load(folder.File("m.fastseg"));

        float[] planes = Planes(model, backbone, image, null), tiled = Tight.Run(3, tight => Planes(loaded, backbone, image, tight));
        Assert.That(tiled, Is.EqualTo(planes));
        Assert.That(planes[(58 * Scene.Width * Scene.Height)..], Is.EqualTo(Whole(loaded.Deep!, backbone, image)).Within(1e-5));
        Assert.That(
            Tight.Run(3, tight => Labels(loaded, backbone, image, tight)),
            Is.EqualTo(Labels(model, backbone, image, new ComputeOptions { Threads = 1 })));
    }

    [Test]
    public void SmoothedLabelsDoNotDependOnTilesOrRegions([Values] bool learned, [Values] bool safe)
    {
        using var tiny = new TinyBackbone(dimension: 20);
        tiny.SaveUpsampler(new UpsamplerCase(16, 16, 176, 208, 8, Padding.Replicate));
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        var deep = new DeepOptions(backbone) { Channels = 16, Upsampling = learned ? Upsampling.Learned : Upsampling.Bilinear };
        Model model = Segmenter.Train([Scene.Training], training: Trained.Quick, deep: deep).Model;
        using MemoryImage image = new SyntheticScene(330, 270, seed: 9).Image;
        var options = new SegmentOptions { Smoothing = safe ? Smoothing.Safe : Smoothing.Guided(5) };
        SmoothedRun whole = SmoothedRun.Of(model, image, options, new ComputeOptions { Threads = 1 }, backbone);
        SmoothedRun tiled = Tight.Run(3, tight => SmoothedRun.Of(model, image, options, tight, backbone));
        Assert.That(tiled.Probabilities, Is.EqualTo(whole.Probabilities));
        Assert.That(tiled.Labels, Is.EqualTo(whole.Labels));
        SmoothedRun part = SmoothedRun.Of(model, image, options with { Region = new Region(90, 70, 61, 43) }, backbone: backbone);
        Assert.That(
            part.Confidence,
            Is.EqualTo(Enumerable.Range(0, 61 * 43).Select(i => whole.Confidence[((70 + (i / 61)) * 330) + 90 + (i % 61)])));
    }

    /// <summary>The upsampler over the whole image at once, its guidance filled up to multiples of the patch by hand.</summary>
    private static unsafe float[] Whole(DeepModel deep, Backbone backbone, MemoryImage image)
    {
        using LowResolution map = LowResolution.Compute(
            backbone, deep.Projections[0], image, SeenPage.Of(image), deep.Description.Windows);
        int width = (int)map.Columns * 8, height = (int)map.Rows * 8;
        InputMap seen = SeenPage.Of(image);
        float[] guide = new float[width * height], full = new float[16 * width * height];
        for (int i = 0; i < guide.Length; i++)
        {
            int x = Math.Min(i % width, Scene.Width - 1), y = Math.Min(i / width, Scene.Height - 1);
            guide[i] = seen.Unit(Scene.Pixels[(y * Scene.Width) + x], 255);
        }
        using UpsamplerCpu worker = UpsamplerCpu.Create(
            new UpsamplerPlanCpu(deep.Network!, height, width, (int)map.Rows, (int)map.Columns, width));
        fixed (float* from = guide, to = full)
        {
            var all = new Region(0, 0, width, height);
            worker.Run(
                new LowFeatures(map.Plane(0), 16, (int)map.Rows, (int)map.Columns),
                new GuidanceImage(from, 0, width, all),
                all,
                new OutputPlanes(to, (nint)width * height, width));
        }
        return [.. Enumerable.Range(0, 16 * Scene.Width * Scene.Height).Select(i =>
        {
            int plane = i / (Scene.Width * Scene.Height), y = i / Scene.Width % Scene.Height, x = i % Scene.Width;
            return full[(((plane * height) + y) * width) + x];
        })];
    }

    private static ImageLayout Layout(int pages) => new(Scene.Width, Scene.Height, SampleType.Float32, pages);

    private Model Fit(Upsampling upsampling, ComputeOptions options) =>
        Train(new DeepOptions(Backbone) { Channels = Channels, Upsampling = upsampling }, options, FeatureSpec.Paper);
}
