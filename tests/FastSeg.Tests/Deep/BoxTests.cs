using FastSeg.Checks;
using FastSeg.Deep.Backbones;
using FastSeg.Deep.Tokens;
using FastSeg.Onnx;
using NUnit.Framework;
using OnnxSchema;

namespace FastSeg.Tests.Deep;

/// <summary>
/// The transformer in the box with its projection and its upsampler (half-pixel doublings), whole: from strokes to labels, as the defaults
/// have it.
/// </summary>
[TestFixture]
internal sealed class BoxTests() : DeepFixture(Scene, TestData.File("models", "fastseg-vit-tiny-8-int8"))
{
    private const int Channels = 32;

    private static readonly SyntheticScene Scene = new(270, 206, seed: 12), Little = new(61, 44, seed: 13);

    private Model _model = null!;

    [OneTimeSetUp]
    public void TrainModel()
    {
        Model trained = Train(new DeepOptions(Backbone));
        using var folder = new TemporaryFolder();
        trained.Save(folder.File("box.fastseg"));
        _model = Model.Load(folder.File("box.fastseg"));
    }

    [Test]
    public void ItsUpsamplerIsTheDefaultAndTheModelCarriesEverything()
    {
        DeepDescription deep = _model.DeepFeatures!;
        Assert.That((deep.Upsampling, deep.Channels, deep.WindowTokens, deep.OverlapTokens), Is.EqualTo((Upsampling.Learned, 32, 24, 2)));
        UpsamplerConfig config = Backbone.Upsampler!.Config;
        Assert.That((config.Align, config.NormaliseL1), Is.EqualTo((Align.HalfPixel, false)));
        Assert.That(config.Standardise, Is.EqualTo(Standardisation.Image));
        Assert.That(config.Projection, Is.EqualTo(Backbone.Projection!.Identity));
        Assert.That(_model.Deep!.Projections[0].Identity(), Is.EqualTo(config.Projection));
        Assert.That(_model.Deep.Weights!.Value.ToArray(), Is.EqualTo(File.ReadAllBytes(Backbone.UpsamplerPath)));
        string[] files = [.. Directory.GetFiles(Backbone.Folder).Select(path => Path.GetFileName(path)!)];
        Assert.That(
            Backbone.Description.Sha256.Keys, Is.EquivalentTo(files.Except(["backbone.json", "README.md"])), "every file has its hash");
    }

    [Test]
    public void TilesThreadsAndMemoryChangeNoBit()
    {
        using MemoryImage image = Scene.Image;
        var alone = new ComputeOptions { Threads = 1 };
        float[] planes = Planes(_model, image, alone);
        byte[] labels = Labels(_model, image, alone);
        Assert.That(labels.Distinct().Count(), Is.GreaterThan(1));
        Assert.That(Planes(_model, image, new ComputeOptions { Threads = 3 }), Is.EqualTo(planes));
        Assert.That(Tight.Run(1, tight => Planes(_model, image, tight)), Is.EqualTo(planes));
        Assert.That(Tight.Run(3, tight => Labels(_model, image, tight)), Is.EqualTo(labels));
        Assert.That(Labels(_model, image, new ComputeOptions { Threads = 4 }), Is.EqualTo(labels));
    }

    [Test]
    public void TrainingDependsOnNeitherThreadsNorMemory()
    {
        byte[] Forest(ComputeOptions options) => Train(new DeepOptions(Backbone), options).ForestBytes.ToArray();
        Assert.That(Forest(new ComputeOptions { Threads = 1 }), Is.EqualTo(_model.ForestBytes.ToArray()));
        Assert.That(Tight.Run(2, Forest), Is.EqualTo(_model.ForestBytes.ToArray()));
    }

    [Test]
    public void ItsPlanesAreThoseOfTheDefinition()
    {
        using MemoryImage image = Little.Image;
        float[] planes = Planes(_model, image, new ComputeOptions());
        InputMap seen = SeenPage.Of(image);
        using LowResolution map = LowResolution.Compute(
            Backbone, _model.Deep!.Projections[0], image, seen, _model.DeepFeatures!.Windows);
        int rows = (int)map.Rows, columns = (int)map.Columns;
        var guidance = new ReferencePlanes(3, rows * 8, columns * 8);
        for (int i = 0; i < guidance.Values.Length; i++)
        {
            int x = Math.Min(i % (columns * 8), Little.Width - 1), y = Math.Min(i / (columns * 8) % (rows * 8), Little.Height - 1);
            guidance.Values[i] = seen.Unit(Little.Pixels[(y * Little.Width) + x], 255);
        }
        var features = new ReferencePlanes(Channels, rows, columns);
        for (int i = 0; i < features.Values.Length; i++)
        {
            features.Values[i] = Feature(map, i);
        }
        UpsamplerFile file = Backbone.Upsampler!;
        ReferencePlanes full = new UpsamplerReference(file.Config, file.Tensors.Values).Run(guidance, features);
        double range = full.Values.Max() - full.Values.Min(), most = 0;
        for (int i = 0; i < Channels * Little.Width * Little.Height; i++)
        {
            int x = i % Little.Width, y = i / Little.Width % Little.Height, channel = i / (Little.Width * Little.Height);
            int classical = (_model.Planes - Channels) * Little.Width * Little.Height;
            most = Math.Max(most, Math.Abs(full[channel, y, x] - planes[classical + i]));
        }
        Assert.That(most / range, Is.LessThan(1e-5));
    }

    [Test]
    public void ADeviceAgreesWithTheCpu()
    {
        using MemoryImage image = Little.Image;
        var simulated = new ComputeOptions { Backend = BackendKind.Simulated, Threads = 2 };
        float[] cpu = Planes(_model, image, new ComputeOptions()), device = Planes(_model, image, simulated);
        int classical = (_model.Planes - Channels) * Little.Width * Little.Height;
        Assert.That(device[..classical], Is.EqualTo(cpu[..classical]));
        double range = cpu[classical..].Max() - cpu[classical..].Min();
        Assert.That(device.Zip(cpu, (a, b) => Math.Abs(a - b)).Max() / range, Is.LessThan(1e-5));
        byte[] labels = Labels(_model, image, new ComputeOptions());
        int differ = Labels(_model, image, simulated).Zip(labels).Count(pair => pair.First != pair.Second);
        Assert.That(differ, Is.LessThanOrEqualTo(labels.Length / 1000), "only where a feature lies on a threshold");
    }

    /// <summary>With weights of 7 bits two products fit into 16 bits, so processors without instructions for 8 bits lose nothing.</summary>
    [Test]
    public void ItsWeightsStayWithin63()
    {
        OnnxGraph graph = OnnxFile.Load(Path.Combine(Backbone.Folder, "backbone.onnx")).Graph;
        long[][] weights = [.. graph.Initializer
            .Where(tensor => tensor.DataType == TensorType.Int8 && tensor.Dims.Count == 2)
            .Select(tensor => Tensors.Integers(tensor)!)];
        Assert.That(weights, Has.Length.EqualTo(32), "the linear layers of eight blocks");
        Assert.That(weights.SelectMany(values => values), Is.All.InRange(-63, 63));
    }

    [Test]
    public unsafe void ItsTokensDoNotDependOnTheNumberOfThreads()
    {
        float[] Tokens(int threads)
        {
            using Backbone backbone = Backbone.Open(Backbone.Folder, threads);
            using var window = new BackboneWindow(backbone, 24, 24, flipAverage: false);
            var random = new Random(3);
            for (int i = 0; i < 3 * window.Height * window.Width; i++)
            {
                window.Input[i] = (float)((random.NextDouble() * 4) - 2);
            }
            return new ReadOnlySpan<float>(window.Forward().First, 24 * 24 * 192).ToArray();
        }
        float[] alone = Tokens(1);
        foreach (int threads in (int[])[2, 3, 4, 8])
        {
            Assert.That(Tokens(threads).AsSpan().SequenceEqual(alone), Is.True, $"{threads} threads");
        }
    }

    private static unsafe float Feature(LowResolution map, int i)
    {
        int cells = (int)(map.Rows * map.Columns);
        return map.Plane(i / cells)[i % cells];
    }
}
