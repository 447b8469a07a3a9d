using FastSeg.Onnx;
using Google.Protobuf;
using NUnit.Framework;
using OnnxSchema;

namespace FastSeg.Tests.Onnx;

/// <summary>Values replaced, nodes added and removed.</summary>
[TestFixture]
internal sealed class GraphEditTests
{
    [Test]
    public void EveryUserOfAValueTakesTheOther()
    {
        GraphEdit edit = Chain();
        string relu = edit.Add("Relu", "c", ["a"]);
        Assert.That(relu, Is.EqualTo("c_2"), "the name c is taken");
        edit.Replace("b", relu);
        edit.Tidy();
        Assert.Multiple(() =>
        {
            Assert.That(edit.Graph.Node.Select(node => node.OpType), Is.EqualTo((string[])["Abs", "Relu", "Add"]));
            Assert.That(edit.Graph.Node[2].Input, Is.EqualTo((string[])["c_2", "c_2"]));
            Assert.That(edit.Graph.Initializer, Is.Empty, "the constant of the node that was replaced");
        });
    }

    [Test]
    public void AnOutputThatIsReplacedKeepsItsName()
    {
        GraphEdit edit = Chain();
        edit.Replace("c", edit.Add("com.microsoft.Gelu", "gelu", ["a"]));
        edit.Tidy();
        Assert.Multiple(() =>
        {
            Assert.That(edit.Graph.Node.Select(node => node.OpType), Is.EqualTo((string[])["Abs", "Gelu", "Identity"]));
            Assert.That(edit.Graph.Node[^1].Output, Is.EqualTo((string[])["c"]));
            Assert.That(edit.Model.OpsetImport.Select(set => set.Domain), Is.EqualTo((string[])["", "com.microsoft"]));
        });
    }

    /// <summary>A graph inside a node may use values of the graph around it; they have to stay.</summary>
    [Test]
    public void WhatAnInnerGraphUsesStays()
    {
        GraphEdit edit = Chain();
        var inner = new OnnxGraph();
        inner.Node.Add(new OnnxNode { OpType = "Neg", Input = { "b" }, Output = { "inner" } });
        inner.Output.Add(new OnnxValue { Name = "inner" });
        var branch = new OnnxAttribute { Name = "then_branch", G = inner, Type = 5 };
        edit.Graph.Output[0].Name = edit.Add("If", "chosen", ["image"], branch);
        edit.Tidy();
        Assert.That(edit.Graph.Node.Select(node => node.OpType), Is.EqualTo((string[])["Abs", "Mul", "If"]));
    }

    [Test]
    public void ConstantsAreThoseOfTheGraphAndOfNodes()
    {
        GraphEdit edit = Chain();
        var value = new OnnxAttribute { Name = "value", T = Tensors.Of("", [2], (ReadOnlySpan<long>)[3, -4]), Type = 4 };
        string name = edit.Add("Constant", "k", [], value);
        Assert.Multiple(() =>
        {
            Assert.That(Tensors.Integers(edit.Constant(name)!), Is.EqualTo((long[])[3, -4]));
            Assert.That(Tensors.Floats(edit.Constant("half")!), Is.EqualTo((float[])[0.5f]));
            Assert.That(edit.Constant("a"), Is.Null);
        });
    }

    /// <summary>Numbers in each place and type that an exporter may choose.</summary>
    [Test]
    public void NumbersAreReadOfEveryPlace()
    {
        byte[] halves = [0x00, 0x3c, 0x00, 0xc1];
        OnnxTensor[] floats =
        [
            Tensors.Of("t", [2], (ReadOnlySpan<float>)[1f, -2.5f]),
            new OnnxTensor { DataType = TensorType.Float, Dims = { 2 }, FloatData = { 1f, -2.5f } },
            new OnnxTensor { DataType = TensorType.Double, Dims = { 2 }, DoubleData = { 1, -2.5 } },
            new OnnxTensor { DataType = TensorType.Float16, Dims = { 2 }, RawData = ByteString.CopyFrom(halves) },
            new OnnxTensor { DataType = TensorType.Float16, Dims = { 2 }, Int32Data = { 0x3c00, 0xc100 } },
        ];
        OnnxTensor[] integers =
        [
            Tensors.Of("t", [2], (ReadOnlySpan<long>)[1, -3]),
            Tensors.Of("t", [2], (ReadOnlySpan<sbyte>)[1, -3]),
            new OnnxTensor { DataType = TensorType.Int64, Dims = { 2 }, Int64Data = { 1, -3 } },
            new OnnxTensor { DataType = TensorType.Int32, Dims = { 2 }, Int32Data = { 1, -3 } },
        ];
        Assert.Multiple(() =>
        {
            Assert.That(floats.Select(Tensors.Floats), Is.All.EqualTo((float[])[1f, -2.5f]));
            Assert.That(integers.Select(Tensors.Integers), Is.All.EqualTo((long[])[1, -3]));
            Assert.That(Tensors.Floats(new OnnxTensor { DataType = TensorType.Float, Dims = { 3 }, FloatData = { 1f } }), Is.Null);
            Assert.That(Tensors.Integers(floats[0]), Is.Null);
        });
    }

    /// <summary>a = |image|, b = a x 0.5, c = b + b.</summary>
    private static GraphEdit Chain()
    {
        var graph = new OnnxGraph();
        graph.Input.Add(new OnnxValue { Name = "image" });
        graph.Output.Add(new OnnxValue { Name = "c" });
        graph.Initializer.Add(Tensors.Of("half", [], (ReadOnlySpan<float>)[0.5f]));
        graph.Node.Add(new OnnxNode { OpType = "Abs", Input = { "image" }, Output = { "a" } });
        graph.Node.Add(new OnnxNode { OpType = "Mul", Input = { "a", "half" }, Output = { "b" } });
        graph.Node.Add(new OnnxNode { OpType = "Add", Input = { "b", "b" }, Output = { "c" } });
        var model = new OnnxModel { Graph = graph };
        model.OpsetImport.Add(new OnnxOperatorSet { Domain = "", Version = 17 });
        return new GraphEdit(model);
    }
}
