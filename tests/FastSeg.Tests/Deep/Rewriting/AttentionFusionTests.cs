using FastSeg.Onnx;
using NUnit.Framework;
using OnnxSchema;

namespace FastSeg.Tests.Deep.Rewriting;

/// <summary>Attention in the forms that exporters write: projections, scales, layouts and rotary positions of several kinds.</summary>
[TestFixture]
internal sealed class AttentionFusionTests
{
    private const int Heads = 3, Size = 8, Dimension = Heads * Size;
    private const double Tolerance = 5e-6;

    private static readonly string[] Projections = ["separate", "fused, gathered", "fused, split", "fused, sliced"];
    private static readonly string[] Scales = ["scores", "queries", "both by the root", "divided", "another", "none"];

    [Test]
    public void EveryFormIsFused([ValueSource(nameof(Projections))] string projection, [ValueSource(nameof(Scales))] string scale)
    {
        (int attentions, int rotary, float[] before, float[] after) = GraphMaker.Fuse(Written(projection, scale, out GraphEdit edit));
        Assert.Multiple(() =>
        {
            Assert.That((attentions, rotary), Is.EqualTo((1, 0)));
            Assert.That(edit.Graph.Node.Select(node => node.OpType), Has.Member("MultiHeadAttention").And.No.Member("Softmax"));
            // Nothing is laid out any more but the patches.
            Assert.That(edit.Graph.Node.Count(node => node.OpType == "Transpose"), Is.EqualTo(1));
            Assert.That(after, Is.EqualTo(before).Within(Tolerance));
            Assert.That(before.Max() - before.Min(), Is.GreaterThan(0.5), "something to compare");
        });
    }

    /// <summary>Pairs of a head's numbers apart by half of them or side by side; all tokens, or not the first two.</summary>
    [Test]
    public void RotaryPositionsAreFused([Values] bool interleaved, [Values] bool whole, [Values(0, 2)] int still)
    {
        var rotary = new RotaryWriter(interleaved, whole, still);
        (int attentions, int found, float[] before, float[] after) = GraphMaker.Fuse(
            Written("fused, gathered", "scores", out GraphEdit edit, rotary.Turn));
        Assert.Multiple(() =>
        {
            Assert.That((attentions, found), Is.EqualTo((1, 1)));
            Assert.That(edit.Graph.Node.Count(node => node.OpType == "RotaryEmbedding"), Is.EqualTo(2));
            Assert.That(after, Is.EqualTo(before).Within(Tolerance));
        });
    }

    /// <summary>Queries that went through something unknown, such as a norm of their own, are put together from their heads.</summary>
    [Test]
    public void HeadsOfUnknownOriginAreFusedToo()
    {
        (int attentions, _, float[] before, float[] after) = GraphMaker.Fuse(
            Written("separate", "scores", out GraphEdit edit, (maker, heads) => maker.Add("Tanh", [heads])));
        Assert.Multiple(() =>
        {
            Assert.That(attentions, Is.EqualTo(1));
            Assert.That(edit.Graph.Node.Select(node => node.OpType), Has.No.Member("Softmax"));
            Assert.That(after, Is.EqualTo(before).Within(Tolerance));
        });
    }

    /// <summary>A bias on the scores makes it another attention.</summary>
    [Test]
    public void AttentionWithABiasStays()
    {
        OnnxModel model = Written(
            "separate", "scores", out GraphEdit edit, scores: (maker, value) => maker.Add("Add", [value, maker.Number(0.5)]));
        Assert.That(GraphMaker.Fuse(model).Attentions, Is.Zero);
        Assert.That(edit.Graph.Node.Select(node => node.OpType), Has.Member("Softmax"));
    }

    private static OnnxModel Written(
        string projection, string scale, out GraphEdit edit, Func<GraphMaker, string, string>? turn = null,
        Func<GraphMaker, string, string>? scores = null)
    {
        var maker = new GraphMaker();
        string x = maker.Tokens(Dimension);
        string[] heads = projection == "separate"
            ? [.. ((string[])["q", "k", "v"]).Select(name => Heads4(maker, maker.Linear(x, name, Dimension, Dimension)))]
            : Parted(maker, projection, maker.Linear(x, "qkv", Dimension, 3 * Dimension));
        (string q, string k, string v) = (turn?.Invoke(maker, heads[0]) ?? heads[0], turn?.Invoke(maker, heads[1]) ?? heads[1], heads[2]);
        string Times(string value, double factor) => maker.Add("Mul", [value, maker.Number(factor)]);
        k = maker.Add("Transpose", [k], Attributes.Of("perm", 0, 1, 3, 2));
        double usual = 1 / Math.Sqrt(Size), root = Math.Sqrt(usual);
        (q, k) = scale switch
        {
            "queries" => (Times(q, usual), k),
            "both by the root" => (Times(q, root), Times(k, root)),
            _ => (q, k),
        };
        string product = maker.Add("MatMul", [q, k]);
        product = scale switch
        {
            "scores" => maker.Add("Mul", [maker.Number(usual), product]),
            "divided" => maker.Add("Div", [product, maker.Number(Math.Sqrt(Size))]),
            "another" => Times(product, 0.2),
            _ => product,
        };
        product = scores?.Invoke(maker, product) ?? product;
        string result = maker.Add("MatMul", [maker.Add("Softmax", [product], Attributes.Of("axis", -1L)), v]);
        string joined = maker.Add(
            "Reshape", [maker.Add("Transpose", [result], Attributes.Of("perm", 0, 2, 1, 3)), maker.Numbers(0, 0, Dimension)]);
        edit = maker.Edit;
        return maker.Ending(maker.Linear(joined, "proj", Dimension, Dimension));
    }

    private static string Heads4(GraphMaker maker, string tokens) => maker.Add(
        "Transpose", [maker.Add("Reshape", [tokens, maker.Numbers(0, 0, Heads, Size)])], Attributes.Of("perm", 0, 2, 1, 3));

    /// <summary>Queries, keys and values of one projection: 3 x batch x heads x tokens x numbers, taken apart.</summary>
    private static string[] Parted(GraphMaker maker, string projection, string qkv)
    {
        string five = maker.Add("Reshape", [qkv, maker.Numbers(0, 0, 3, Heads, Size)]);
        string parts = maker.Add("Transpose", [five], Attributes.Of("perm", 2, 0, 3, 1, 4));
        if (projection.EndsWith("split", StringComparison.Ordinal))
        {
            OnnxAttribute first = Attributes.Of("axis", 0L);
            IReadOnlyList<string> three = maker.Edit.Add("Split", ["a", "b", "c"], [parts, maker.Numbers(1, 1, 1)], first);
            return [.. three.Select(part => maker.Add("Squeeze", [part, maker.Numbers(0)]))];
        }
        return [.. Enumerable.Range(0, 3).Select(part => projection.EndsWith("sliced", StringComparison.Ordinal)
            ? maker.Add(
                "Squeeze",
                [maker.Add("Slice", [parts, maker.Numbers(part), maker.Numbers(part + 1), maker.Numbers(0)]), maker.Numbers(0)])
            : maker.Add("Gather", [parts, Index(maker, part)], Attributes.Of("axis", 0L)))];
    }

    private static string Index(GraphMaker maker, long index) => maker.Edit.Add(Tensors.Of("index", [], (ReadOnlySpan<long>)[index]));
}
