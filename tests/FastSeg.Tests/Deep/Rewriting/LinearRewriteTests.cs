using FastSeg.Deep.Rewriting;
using FastSeg.Onnx;
using NUnit.Framework;
using OnnxSchema;

namespace FastSeg.Tests.Deep.Rewriting;

/// <summary>Linear layers in 8 bits.</summary>
[TestFixture]
internal sealed class LinearRewriteTests
{
    private const int Dimension = 32;

    private static readonly ComputeOptions Options = new() { Threads = 1 };

    private static SampleWindow[] Windows => [SampleWindow.Noise(8, 12), SampleWindow.Noise(12, 12)];

    [Test]
    public void EachColumnIsRoundedByItsOwnScaleIn63Steps()
    {
        float[] weights = [1f, 0.0012f, 0, -0.6f, -0.002f, 0, 0.25f, 0.0005f, 0];
        (sbyte[] rounded, float[] scales) = ByteWeights.Round(weights, 3);
        Assert.Multiple(() =>
        {
            Assert.That(rounded, Is.EqualTo((sbyte[])[63, 38, 0, -38, -63, 0, 16, 16, 0]));
            Assert.That(scales, Is.EqualTo((float[])[1f / 63, 0.002f / 63, 1]).Within(1e-9));
        });
    }

    [Test]
    public void ASpanHasZeroOnAStep()
    {
        var span = new InputSpan(-1, 3);
        Assert.Multiple(() =>
        {
            Assert.That(span.Scale, Is.EqualTo(4f / 255));
            Assert.That(span.Zero, Is.EqualTo(64));
            Assert.That(new InputSpan(0, 0).Scale, Is.EqualTo(1), "an input that is always zero");
            Assert.That(span.Part(0.5f), Is.EqualTo(new InputSpan(-0.5f, 1.5f)));
        });
    }

    /// <summary>Products with and without bias, Gemm with its weights transposed, a layer scale behind one.</summary>
    [TestCase("product")]
    [TestCase("bias")]
    [TestCase("scaled")]
    [TestCase("gemm")]
    public void EveryKindOfLayerIsRewritten(string kind)
    {
        OnnxModel model = Written(kind, 1);
        float[] before = GraphMaker.Run(model);
        BackboneLayer layer = new LinearRewrite(model, "image", Windows, Options).Apply(0.05).Single();
        string[] operators = [.. model.Graph.Node.Select(node => node.OpType)];
        Assert.Multiple(() =>
        {
            Assert.That((layer.Rows, layer.Columns, layer.IsBytes), Is.EqualTo((Dimension, 8, true)));
            Assert.That(layer.Error, Is.InRange(1e-4, 0.02));
            Assert.That(operators, Has.Member("MatMulIntegerToFloat").And.No.Member("MatMul").And.No.Member("Gemm").And.No.Member("Mul"));
            Assert.That(Relative(before, GraphMaker.Run(model)), Is.InRange(1e-4, 0.02));
        });
    }

    /// <summary>An input of which one number is a thousand times the others' leaves them no steps: such a layer stays.</summary>
    [Test]
    public void ALayerThatWouldErrTooMuchStays()
    {
        OnnxModel model = Written("bias", 3000);
        byte[] before = [.. GraphMaker.Run(model).SelectMany(BitConverter.GetBytes)];
        BackboneLayer layer = new LinearRewrite(model, "image", Windows, Options).Apply(0.05).Single();
        Assert.Multiple(() =>
        {
            Assert.That(layer.IsBytes, Is.False);
            Assert.That(layer.Error, Is.GreaterThan(0.05));
            Assert.That(model.Graph.Node.Select(node => node.OpType), Has.Member("MatMul").And.No.Member("QuantizeLinear"));
            Assert.That(GraphMaker.Run(model).SelectMany(BitConverter.GetBytes), Is.EqualTo(before));
        });
    }

    /// <summary>Layers that share an input share its rounding.</summary>
    [Test]
    public void OneInputIsRoundedOnce()
    {
        var maker = new GraphMaker(18);
        string x = maker.Tokens(Dimension);
        OnnxModel model = maker.Ending(maker.Add("Add", [maker.Linear(x, "one", Dimension, 8), maker.Linear(x, "two", Dimension, 8)]));
        IReadOnlyList<BackboneLayer> layers = new LinearRewrite(model, "image", Windows, Options).Apply(0.05);
        Assert.Multiple(() =>
        {
            Assert.That(layers.Select(layer => layer.Name), Is.EqualTo((string[])["one", "two"]));
            Assert.That(model.Graph.Node.Count(node => node.OpType == "QuantizeLinear"), Is.EqualTo(1));
            Assert.That(model.Graph.Node.Count(node => node.OpType == "MatMulIntegerToFloat"), Is.EqualTo(2));
        });
    }

    /// <summary>One layer over tokens of which the first number is multiplied, while its weights are divided by the same.</summary>
    private static OnnxModel Written(string kind, float outlier)
    {
        var maker = new GraphMaker();
        float[] divisors = [1 / outlier, .. Enumerable.Repeat(1f, Dimension - 1)];
        string x = maker.Add("Div", [maker.Tokens(Dimension), maker.Edit.Add(Tensors.Of("divisors", [Dimension], divisors))]);
        string weights = maker.Floats("layer.weight", 0.3, kind == "gemm" ? [8, Dimension] : [Dimension, 8]);
        if (kind == "gemm")
        {
            string rows = maker.Add("Reshape", [x, maker.Numbers(-1, Dimension)]);
            return maker.Ending(maker.Add("Gemm", [rows, weights, maker.Floats("layer.bias", 0.1, 8)], Attributes.Of("transB", 1L)));
        }
        float[] numbers = [.. Tensors.Floats(maker.Edit.Constant(weights)!)!.Select((weight, i) => i < 8 ? weight / outlier : weight)];
        string product = maker.Add("MatMul", [x, maker.Edit.Add(Tensors.Of("layer.weight", [Dimension, 8], numbers))]);
        string result = kind == "product" ? product : maker.Add("Add", [product, maker.Floats("layer.bias", 0.1, 8)]);
        return maker.Ending(kind == "scaled" ? maker.Add("Mul", [result, maker.Floats("gamma", 2, 8)]) : result);
    }

    private static double Relative(float[] before, float[] after) => Math.Sqrt(
        before.Zip(after, (a, b) => Math.Pow(a - b, 2)).Sum() / before.Sum(a => Math.Pow(a, 2)));
}
