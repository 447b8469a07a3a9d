using FastSeg.Deep.Backbones;
using FastSeg.Deep.Tokens;
using FastSeg.Native;
using NUnit.Framework;

namespace FastSeg.Tests.Deep.Backbones;

[TestFixture]
internal sealed unsafe class BackboneTests
{
    /// <summary>float32 pooling, convolution and tanh of a few terms of magnitude 1 to 3: a few hundred roundings at most.</summary>
    private const double Tolerance = 2e-5;

    [TestCase(14, 5, false, 0, TestName = "patch 14, class and register tokens")]
    [TestCase(8, 0, true, 0, TestName = "patch 8, layout map")]
    [TestCase(16, 1, false, 4, TestName = "patch 16, fixed size, class token")]
    public void TokensEqualTheReference(int patch, int prefix, bool map, int fixedTokens)
    {
        using var tiny = new TinyBackbone(patch, 10, prefix, map, fixedTokens);
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        Assert.That(backbone.FixedTokens, Is.EqualTo(fixedTokens > 0 ? fixedTokens : (int?)null));
        (int rows, int columns) = fixedTokens > 0 ? (fixedTokens, fixedTokens) : (3, 5);
        using var window = new BackboneWindow(backbone, rows, columns, flipAverage: false);
        double[] planes = FillRandom(window, 7);
        AssertTokens(window, window.Forward(), tiny.Tokens(planes, window.Height, window.Width), tiny.Dimension);
    }

    [TestCase(false)]
    [TestCase(true)]
    public void FlipAverageIsTheMeanOfFourFlipsFlippedBack(bool map)
    {
        using var tiny = new TinyBackbone(8, 6, map ? 0 : 2, map);
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        using var window = new BackboneWindow(backbone, 3, 4, flipAverage: true);
        double[] planes = FillRandom(window, 8);
        double[] expected = new double[3 * 4 * 6];
        foreach ((bool horizontal, bool vertical) in ((bool, bool)[])[(false, false), (true, false), (false, true), (true, true)])
        {
            double[] flipped = Flip(planes, 3, window.Height, window.Width, 1, horizontal, vertical);
            double[] tokens = Flip(tiny.Tokens(flipped, window.Height, window.Width), 1, 3, 4, 6, horizontal, vertical);
            expected = [.. expected.Zip(tokens, (sum, token) => sum + (token / 4))];
        }
        float[] before = new ReadOnlySpan<float>(window.Input, planes.Length).ToArray();
        AssertTokens(window, window.Forward(), expected, 6);
        Assert.That(new ReadOnlySpan<float>(window.Input, planes.Length).ToArray(), Is.EqualTo(before), "the input ends as it was");
    }

    [Test]
    public void APassAllocatesNoBufferAndGivesTheSameBitsAgain()
    {
        using var tiny = new TinyBackbone(14, 10, 5);
        using Backbone backbone = Backbone.Open(tiny.Folder, 2);
        using var window = new BackboneWindow(backbone, 4, 4, flipAverage: true);
        FillRandom(window, 9);
        long before = HostBuffer.Allocations;
        float[] first = new ReadOnlySpan<float>(window.Forward().First, 160).ToArray();
        float[] second = new ReadOnlySpan<float>(window.Forward().First, 160).ToArray();
        Assert.That(second, Is.EqualTo(first));
        Assert.That(HostBuffer.Allocations, Is.EqualTo(before));
    }

    [Test]
    public void AWindowsMemoryIsMeasuredOnceAndGivenBack()
    {
        const long Least = 20L << 20;
        using Backbone backbone = Backbone.Open(TestData.File("models", "fastseg-vit-tiny-8"), 2);
        long bytes = backbone.PassBytes(37, 37);
        Assert.That(bytes, Is.GreaterThan(Least), "the products of 1369 tokens with each other are megabytes");
        Assert.That(backbone.PassBytes(37, 37), Is.EqualTo(bytes));
        using var window = new BackboneWindow(backbone, 37, 37, flipAverage: false);
        FillRandom(window, 5);
        window.Forward();
        // The middle of several passes: what else the process does meanwhile counts too.
        long[] kept = [.. Enumerable.Range(0, 5).Select(_ =>
        {
            long before = ProcessMemory.Resident();
            window.Forward();
            return ProcessMemory.Resident() - before;
        }).Order()];
        Assert.That(kept[2], Is.LessThan(Least / 2));
        Assert.That(window.Measure(), Is.GreaterThan(Least), "kept this once");
    }

    [Test]
    public void TheBackboneInTheBoxOpensAndIsWhatItsReadmeSays()
    {
        using Backbone backbone = Backbone.Open(TestData.File("models", "fastseg-vit-tiny-8"), 1);
        Assert.That(backbone.Description.Name, Is.EqualTo("fastseg-vit-tiny-8"));
        Assert.That(backbone.Description.Licence, Is.EqualTo("MIT"));
        Assert.That((backbone.Description.Patch, backbone.Description.Dimension, backbone.FixedTokens), Is.EqualTo((8, 192, (int?)null)));
        Assert.That(WindowPolicy.Of(backbone), Is.EqualTo(new WindowPolicy(37, 12, false)));
        Assert.That(backbone.Sha256, Is.EqualTo(backbone.Description.Sha256["backbone.onnx"]));
        Assert.That(backbone.HasUpsampler, Is.False);
    }

    [Test]
    public void ThatOf8BitsComputesNearlyTheSameTokensAndHasAProjection()
    {
        using Backbone whole = Backbone.Open(TestData.File("models", "fastseg-vit-tiny-8"), 2);
        using Backbone eight = Backbone.Open(TestData.File("models", "fastseg-vit-tiny-8-int8"), 2);
        Assert.That(WindowPolicy.Of(eight), Is.EqualTo(new WindowPolicy(24, 2, false)));
        Assert.That((eight.Projection!.Channels, eight.Projection.Dimension), Is.EqualTo((32, 192)));
        Assert.That(eight.Description.Sha256.Keys, Is.SupersetOf(new[] { "backbone.onnx", "projection.safetensors" }));
        using var exact = new BackboneWindow(whole, 24, 24, flipAverage: false);
        using var near = new BackboneWindow(eight, 24, 24, flipAverage: false);
        FillRandom(exact, 6);
        FillRandom(near, 6);
        var wanted = new ReadOnlySpan<float>(exact.Forward().First, 24 * 24 * 192);
        var found = new ReadOnlySpan<float>(near.Forward().First, 24 * 24 * 192);
        double error = 0, size = 0;
        for (int i = 0; i < wanted.Length; i++)
        {
            error += Math.Pow(found[i] - wanted[i], 2);
            size += Math.Pow(wanted[i], 2);
        }
        Assert.That(Math.Sqrt(error / size), Is.InRange(1e-4, 0.05));
    }

    [Test]
    public void OptionalFieldsHaveTheFormatsDefaults()
    {
        using var tiny = new TinyBackbone();
        tiny.Json.Remove("layout");
        tiny.Json.Remove("sha256");
        tiny.SaveJson();
        BackboneDescription description = BackboneDescription.Load(tiny.Folder);
        Assert.That(description.Name, Is.EqualTo(Path.GetFileName(tiny.Folder)));
        Assert.That((description.Input, description.Output, description.IsMap), Is.EqualTo(("image", "tokens", false)));
        Assert.That(description.Mean, Is.EqualTo(new[] { 0.485f, 0.456f, 0.406f }));
        Assert.That(description.Std, Is.EqualTo(new[] { 0.229f, 0.224f, 0.225f }));
        Assert.That(description.WindowTokens, Is.Null);
        Assert.That(description.FlipAverage, Is.False);
    }

    [TestCase("patch", null, "has no patch")]
    [TestCase("dimension", "\"ten\"", "dimension is not what it should be, a whole number")]
    [TestCase("prefixTokens", "-1", "prefixTokens is -1; it must lie in 0 to 1024")]
    [TestCase("patch", "0", "patch is 0; it must lie in 1 to 64")]
    [TestCase("layout", "\"grid\"", "layout is not what it should be, \"tokens\" or \"map\"")]
    [TestCase("mean", "[1, 2]", "mean and std must have three finite numbers")]
    [TestCase("std", "[1, 0, 1]", "std's must be positive")]
    [TestCase("windowTokens", "2.5", "windowTokens is not what it should be, a whole number")]
    [TestCase("overlapTokens", "\"two\"", "overlapTokens is not what it should be, a whole number")]
    [TestCase("overlapTokens", "-1", "overlapTokens is -1; it must lie in 0 to 1023")]
    [TestCase("overlapTokens", "37", "overlapTokens is 37, but a window has 37 patches a side; state 0 to 36")]
    [TestCase("sha256", "{\"backbone.onnx\": \"00\"}", "but backbone.json states 00")]
    [TestCase("sha256", "{\"../backbone.onnx\": \"00\"}", "is no file of that folder")]
    [TestCase("input", "\"pixels\"", "the graph has no input \"pixels\" but \"image\"")]
    [TestCase("output", "\"map\"", "the graph has no output \"map\" but \"tokens\"")]
    [TestCase("dimension", "12", "output \"tokens\" is 1 x 6 x 10 for an image of 16 x 24 pixels; 1 x 6 x 12")]
    [TestCase("prefixTokens", "1", "1 x 7 x 10 (1 prefix tokens and 2 x 3 patches) is needed")]
    [TestCase("patch", "4", "1 x 6 x 10")]
    public void ADescriptionThatDoesNotFitIsRefused(string field, string? value, string sentence)
    {
        using var tiny = new TinyBackbone();
        tiny.Json.Remove(field);
        if (value is not null)
        {
            tiny.Json[field] = System.Text.Json.Nodes.JsonNode.Parse(value);
        }
        tiny.SaveJson();
        Refused(tiny, sentence);
    }

    [Test]
    public void AGraphThatDoesNotFitIsRefused()
    {
        using var tiny = new TinyBackbone();
        void Refuses(byte[] graph, string sentence)
        {
            tiny.Replace(graph);
            Refused(tiny, sentence);
        }
        Refuses(tiny.Graph(type: TinyOnnx.Double), "input \"image\" is double; float (32 bit) is needed");
        Refuses(tiny.Graph(batch: 4), "input \"image\" is 4 x 3 x any x any; batch (any or 1)");
        Refuses(tiny.Graph(size: [64, 128]), "must both be free, or equal and a multiple of the patch, 8");
        Refuses(tiny.Graph(size: [-1, 64]), "must both be free, or equal");
        Refuses(tiny.Graph(size: [36, 36]), "must both be free, or equal");
        Refuses(tiny.Graph(second: true), "the graph has 2 inputs (\"image\", \"mask\")");
        Refuses([1, 2, 3], "is no ONNX network that can be read");
        tiny.Json["layout"] = "map";
        Refuses(tiny.Graph(), "output \"tokens\" is any x any x 10; batch x dimension x rows x columns");
    }

    [Test]
    public void AFixedSizeMustBeTheWindowThatIsStated()
    {
        using var tiny = new TinyBackbone(8, 10, 0, false, 5);
        tiny.Json["windowTokens"] = 7;
        tiny.SaveJson();
        Refused(tiny, "windowTokens is 7, but the graph takes images of 40 pixels only, which are 5 patches of 8; state 5");
        tiny.Json.Remove("windowTokens");
        tiny.SaveJson();
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        Assert.That(WindowPolicy.Of(backbone), Is.EqualTo(new WindowPolicy(5, 1, false)));
    }

    [Test]
    public void TheOverlapIsTheOneThatIsStated()
    {
        using var tiny = new TinyBackbone(8, 10, 0, false, 5);
        tiny.Json["overlapTokens"] = 5;
        tiny.SaveJson();
        Refused(tiny, "overlapTokens is 5, but a window has 5 patches a side; state 0 to 4");
        tiny.Json["windowTokens"] = 5;
        tiny.SaveJson();
        Refused(tiny, "overlapTokens is 5; it must lie in 0 to 4");
        foreach (int overlap in (int[])[0, 4])
        {
            tiny.Json["overlapTokens"] = overlap;
            tiny.SaveJson();
            using Backbone backbone = Backbone.Open(tiny.Folder, 1);
            Assert.That(WindowPolicy.Of(backbone), Is.EqualTo(new WindowPolicy(5, overlap, false)));
        }
    }

    [Test]
    public void AFolderWithoutItsFilesIsRefused()
    {
        using var tiny = new TinyBackbone();
        File.Delete(tiny.GraphPath);
        Refused(tiny, "has no backbone.onnx; a backbone is a folder with");
        File.Delete(tiny.JsonPath);
        Refused(tiny, "has no backbone.json");
        Assert.That(Assert.Throws<FastSegException>(() => Backbone.Open("no such folder", 1))!.Message, Does.Contain("is no folder"));
    }

    private static void Refused(TinyBackbone tiny, string sentence)
    {
        string message = Assert.Throws<FastSegException>(() => Backbone.Open(tiny.Folder, 1).Dispose())!.Message;
        Assert.That(message, Does.Contain(sentence));
        Assert.That(message, Does.Not.Contain("\n"));
    }

    private static double[] FillRandom(BackboneWindow window, int seed)
    {
        var random = new Random(seed);
        double[] planes = new double[3 * window.Height * window.Width];
        for (int i = 0; i < planes.Length; i++)
        {
            window.Input[i] = (float)((random.NextDouble() * 4) - 2);
            planes[i] = window.Input[i];
        }
        return planes;
    }

    private static void AssertTokens(BackboneWindow window, TokenView tokens, double[] expected, int dimension)
    {
        for (int cell = 0; cell < window.Rows * window.Columns; cell++)
        {
            for (int j = 0; j < dimension; j++)
            {
                float token = tokens.First[(cell * tokens.CellStride) + (j * tokens.NumberStride)];
                Assert.That(token, Is.EqualTo(expected[(cell * dimension) + j]).Within(Tolerance), $"cell {cell}, number {j}");
            }
        }
    }

    private static double[] Flip(double[] values, int planes, int height, int width, int numbers, bool horizontal, bool vertical)
    {
        double[] flipped = new double[values.Length];
        for (int i = 0; i < values.Length / numbers; i++)
        {
            (int plane, int y, int x) = (i / (height * width), i / width % height, i % width);
            int from = (((plane * height) + (vertical ? height - 1 - y : y)) * width) + (horizontal ? width - 1 - x : x);
            Array.Copy(values, from * numbers, flipped, i * numbers, numbers);
        }
        Assert.That(flipped, Has.Length.EqualTo(planes * height * width * numbers));
        return flipped;
    }
}
