using FastSeg.Cli.Files;
using FastSeg.Deep.Backbones;
using FastSeg.Deep.Tokens;
using NUnit.Framework;

namespace FastSeg.Tests.Deep.Backbones;

/// <summary>A residual network cut into a backbone: a tiny one against float64, and the package's where it is on this machine.</summary>
[TestFixture]
internal sealed unsafe class ResNetBackboneTests
{
    /// <summary>Mean colour of the tiny network, blue, green, red.</summary>
    private static readonly float[] Mean = [100, 120, 140];

    /// <summary>Rows and columns of cells, even and odd.</summary>
    [TestCase(4, 6)]
    [TestCase(3, 2)]
    [TestCase(5, 7)]
    [TestCase(1, 1)]
    public void TokensEqualTheReference(int rows, int columns)
    {
        using var folder = new TemporaryFolder();
        var tiny = new TinyResNet(2, 2, 3, 4, 5);
        Write(folder, tiny.Model());
        using Backbone backbone = Backbone.Open(folder.File("net"), 1);
        Assert.That((backbone.Description.Patch, backbone.Description.Dimension), Is.EqualTo((8, 9)));
        using var window = new BackboneWindow(backbone, rows, columns, flipAverage: false);
        var random = new Random(rows);
        // Red, green, blue of 0 to 1 as the window has them, less mean over std; the network sees blue, green, red of 0 to 255.
        double[,,] seen = new double[3, window.Height, window.Width];
        for (int i = 0; i < seen.Length; i++)
        {
            (int colour, int y, int x) = (i / (window.Height * window.Width), i / window.Width % window.Height, i % window.Width);
            float unit = random.NextSingle();
            window.Input[i] = (unit - backbone.Description.Mean[colour]) / backbone.Description.Std[colour];
            seen[2 - colour, y, x] = (255.0 * unit) - Mean[2 - colour];
        }
        double[,,] expected = tiny.Tokens(seen);
        TokenView tokens = window.Forward();
        double most = expected.Cast<double>().Max();
        for (int cell = 0; cell < rows * columns; cell++)
        {
            for (int number = 0; number < 9; number++)
            {
                Assert.That(
                    tokens.First[(cell * tokens.CellStride) + (number * tokens.NumberStride)],
                    Is.EqualTo(expected[cell / columns, cell % columns, number]).Within(1e-5 * most), $"cell {cell}, number {number}");
            }
        }
    }

    [Test]
    public void AFolderHasItsLicenceSourceAndOverlap()
    {
        using var folder = new TemporaryFolder();
        Write(folder, new TinyResNet(2, 2, 3, 4).Model());
        using Backbone backbone = Backbone.Open(folder.File("net"), 1);
        Assert.That(backbone.Description.Licence, Is.EqualTo("MIT"));
        Assert.That(backbone.Description.Source, Does.Contain(ResNetBackbone.Package));
        Assert.That(File.ReadAllText(Path.Combine(folder.File("net"), "LICENSE")), Is.EqualTo("free"));
        Assert.That(backbone.Sha256, Is.EqualTo(backbone.Description.Sha256["backbone.onnx"]));
        Assert.That(WindowPolicy.Of(backbone).Overlap, Is.EqualTo(27), "211 pixels in cells of 8");
        Assert.That(
            Assert.Throws<FastSegException>(() => Write(folder, new TinyResNet(2, 2, 3, 4).Model()))!.Message,
            Does.Contain("is there already"));
        Assert.That(Directory.GetFileSystemEntries(folder.Path, ".*"), Is.Empty, "nothing half-written");
    }

    [Test]
    public void AnotherNetworkIsRefused()
    {
        using var folder = new TemporaryFolder();
        Assert.That(
            Assert.Throws<FastSegException>(() => Write(folder, new TinyResNet(2, 2, 3).Model()))!.Message,
            Does.Contain("4 residual blocks (Add, then Relu) were found, and 6 are needed"));
        using var tiny = new TinyBackbone();
        Assert.That(
            Assert.Throws<FastSegException>(() => Write(folder, tiny.Graph()))!.Message, Does.Contain("0 residual blocks"));
        Assert.That(Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName), Has.None.Contains("net."));
    }

    [Test]
    public void APackageThatLacksAFileIsRefused()
    {
        using var folder = new TemporaryFolder();
        Write(folder, new TinyResNet(2, 2, 3, 4).Model());
        Directory.Delete(folder.File("net"), recursive: true);
        string package = folder.File("package");
        string Refused() => Assert.Throws<FastSegException>(() => ResNetBackbone.Write(package, folder.File("net")))!.Message;
        void Put(string from, string to)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(package, to))!);
            File.Copy(folder.File(from), Path.Combine(package, to));
        }
        const string Network = "tools/DnnImageModels/ResNet18Onnx/ResNet18.onnx", Licence = "LICENSE";
        const string Preparation = "tools/DnnImageModels/ResNetPrepOnnx/ResNetPreprocess.onnx";
        string Sentence(string file) =>
            $"{Path.Combine(package, file)} does not exist; take version {ResNetBackbone.Version} of the package {ResNetBackbone.Package}.";
        Assert.That(Refused(), Is.EqualTo(Sentence(Network)));
        Put("network.onnx", Network);
        Assert.That(Refused(), Is.EqualTo(Sentence(Preparation)));
        Put("mean.onnx", Preparation);
        Assert.That(Refused(), Is.EqualTo(Sentence(Licence)));
        Put("LICENSE", Licence);
        ResNetBackbone.Write(package, folder.File("net"));
        Assert.That(File.Exists(Path.Combine(folder.File("net"), Licence)), Is.True);
        Assert.That(Directory.GetFileSystemEntries(folder.Path, ".*"), Is.Empty, "nothing half-written");
    }

    [Test]
    public void AFolderThatCannotBeMadeIsSaid()
    {
        using var folder = new TemporaryFolder();
        Write(folder, new TinyResNet(2, 2, 3, 4).Model());
        Assert.That(
            Assert.Throws<FastSegException>(() => ResNetBackbone.Write(
                folder.File("network.onnx"), folder.File("mean.onnx"), folder.File("LICENSE"), folder.File("gone/net")))!.Message,
            Does.Contain("does not exist; create it or name another"));
    }

    [Test]
    public void ThePackagesNetworkBecomesABackbone()
    {
        string? package = NuGetPackage.Find(ResNetBackbone.Package, ResNetBackbone.Version);
        if (package is null)
        {
            Assert.Ignore($"the NuGet package {ResNetBackbone.Package} {ResNetBackbone.Version} is not on this machine");
        }
        using var folder = new TemporaryFolder();
        ResNetBackbone.Write(package, folder.File("resnet18"));
        using Backbone backbone = Backbone.Open(folder.File("resnet18"), 1);
        Assert.That((backbone.Description.Dimension, backbone.Description.Patch), Is.EqualTo((64 + 128 + 256, 8)));
        Assert.That(backbone.Description.Mean, Is.EqualTo(new[] { 0.485f, 0.456f, 0.406f }).Within(0.03), "ImageNet's, red first");
        using var image = MemoryImage.FromMemory<byte>(new byte[200 * 100], 200, 100);
        using var tokens = new LowResolutionTokens(backbone, image, InputRange.Bytes, WindowPolicy.Of(backbone));
        int rows = 0;
        tokens.Run((_, _) => rows++, new ComputeOptions());
        Assert.That(rows, Is.EqualTo(13));
    }

    private static void Write(TemporaryFolder folder, byte[] network)
    {
        File.WriteAllBytes(folder.File("network.onnx"), network);
        var mean = new TinyOnnx();
        mean.Input("OriginalInput", TinyOnnx.Float, 1, 3, 2, 2);
        mean.Constant("MeanImage", [1, 3, 2, 2], [.. Mean.SelectMany(value => (float[])[value - 1, value + 1, value, value])]);
        mean.Node("Sub", ["OriginalInput", "MeanImage"], "PreprocessedInput");
        mean.Output("PreprocessedInput", TinyOnnx.Float, 1, 3, 2, 2);
        File.WriteAllBytes(folder.File("mean.onnx"), mean.Model());
        File.WriteAllText(folder.File("LICENSE"), "free");
        ResNetBackbone.Write(folder.File("network.onnx"), folder.File("mean.onnx"), folder.File("LICENSE"), folder.File("net"));
    }
}
