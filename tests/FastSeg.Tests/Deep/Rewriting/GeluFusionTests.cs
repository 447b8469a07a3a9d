using FastSeg.Deep.Rewriting;
using FastSeg.Onnx;
using NUnit.Framework;
using OnnxSchema;

namespace FastSeg.Tests.Deep.Rewriting;

/// <summary>GELU in the forms that exporters write, and things that are nearly one.</summary>
[TestFixture]
internal sealed class GeluFusionTests
{
    private static readonly string[] Orders = ["x s h", "h s x", "xh s", "x s /2", "xh/ s", "mul: x s h"];

    [TestCaseSource(nameof(Orders))]
    public void EveryOrderOfTheProductIsFused(string order)
    {
        OnnxModel model = Written(order, Math.Sqrt(2), 1, 0.5);
        float[] before = GraphMaker.Run(model);
        var edit = new GraphEdit(model);
        Assert.That(GeluFusion.Apply(edit), Is.EqualTo(1));
        edit.Tidy();
        Assert.That(model.Graph.Node.Select(node => node.OpType), Has.Member("Gelu").And.No.Member("Erf").And.No.Member("Mul"));
        Assert.That(GraphMaker.Run(model), Is.EqualTo(before).Within(2e-6));
    }

    [TestCase(1.5, 1, 0.5)]
    [TestCase(1.4142135, 0.9, 0.5)]
    [TestCase(1.4142135, 1, 0.4)]
    public void OtherNumbersAreNoGelu(double divisor, double one, double half) =>
        Assert.That(GeluFusion.Apply(new GraphEdit(Written("x s h", divisor, one, half))), Is.Zero);

    [Test]
    public void OtherProductsAreNoGelu()
    {
        var maker = new GraphMaker();
        string x = maker.Tokens(4), other = maker.Add("Neg", [x]);
        string sum = maker.Add("Add", [maker.Add("Erf", [maker.Add("Div", [x, maker.Number(Math.Sqrt(2))])]), maker.Number(1)]);
        OnnxModel model = maker.Ending(maker.Add("Mul", [maker.Add("Mul", [other, sum]), maker.Number(0.5)]));
        Assert.That(GeluFusion.Apply(new GraphEdit(model)), Is.Zero);
    }

    /// <summary>A product of x, the sum s = 1 + erf(x / divisor) and the half h, in some order.</summary>
    private static OnnxModel Written(string order, double divisor, double one, double half)
    {
        var maker = new GraphMaker();
        string x = maker.Tokens(4);
        string scaled = order.StartsWith("mul", StringComparison.Ordinal)
            ? maker.Add("Mul", [maker.Number(1 / divisor), x])
            : maker.Add("Div", [x, maker.Number(divisor)]);
        string s = maker.Add("Add", [maker.Add("Erf", [scaled]), maker.Number(one)]);
        return maker.Ending(order switch
        {
            "h s x" => maker.Add("Mul", [x, maker.Add("Mul", [maker.Number(half), s])]),
            "xh s" => maker.Add("Mul", [maker.Add("Mul", [x, maker.Number(half)]), s]),
            "xh/ s" => maker.Add("Mul", [maker.Add("Div", [x, maker.Number(1 / half)]), s]),
            "x s /2" => maker.Add("Div", [maker.Add("Mul", [x, s]), maker.Number(1 / half)]),
            _ => maker.Add("Mul", [maker.Add("Mul", [x, s]), maker.Number(half)]),
        });
    }
}
