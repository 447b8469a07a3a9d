using FastSeg.Deep.Rewriting;
using FastSeg.Onnx;
using OnnxSchema;

namespace FastSeg.Tests.Deep.Rewriting;

/// <summary>Makes graphs as exporters write them: an image of 1 x 3 x rows x columns, patches of 2 pixels, tokens.</summary>
internal sealed class GraphMaker
{
    public const int Patch = 2;

    private readonly Random _random = new(5);

    public GraphMaker(long opset = 17)
    {
        var graph = new OnnxGraph();
        graph.Input.Add(Value("image", -1, 3, -1, -1));
        var model = new OnnxModel { Graph = graph, IrVersion = 8 };
        model.OpsetImport.Add(new OnnxOperatorSet { Domain = "", Version = opset });
        Edit = new GraphEdit(model);
    }

    public GraphEdit Edit { get; }

    /// <summary>Tokens of an image: batch x tokens x dimension, random projections of its patches.</summary>
    public string Tokens(int dimension)
    {
        string kernel = Floats("kernel", 1, dimension, 3, Patch, Patch);
        OnnxAttribute[] strides = [Attributes.Of("kernel_shape", Patch, Patch), Attributes.Of("strides", Patch, Patch)];
        string map = Add("Conv", ["image", kernel], strides);
        string flat = Add("Reshape", [map, Numbers(0, dimension, -1)]);
        return Add("Transpose", [flat], Attributes.Of("perm", 0, 2, 1));
    }

    public string Add(string operation, IReadOnlyList<string> inputs, params IReadOnlyList<OnnxAttribute> attributes) =>
        Edit.Add(operation, operation.ToLowerInvariant(), inputs, attributes);

    /// <summary>Random floats of a magnitude.</summary>
    public string Floats(string name, double magnitude, params long[] shape)
    {
        float[] values = new float[FastSeg.Onnx.Tensors.Count(shape)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(((_random.NextDouble() * 2) - 1) * magnitude);
        }
        return Edit.Add(Tensors.Of(name, shape, values));
    }

    public string Number(double number) => Edit.Add(Tensors.Of("number", [], (ReadOnlySpan<float>)[(float)number]));

    public string Numbers(params long[] numbers) => Edit.Add(Tensors.Of("numbers", [numbers.Length], numbers));

    public string Linear(string input, string name, int rows, int columns) => Add(
        "Add", [Add("MatMul", [input, Floats($"{name}.weight", 0.3, rows, columns)]), Floats($"{name}.bias", 0.1, columns)]);

    /// <summary>Makes a value the graph's output.</summary>
    public OnnxModel Ending(string value)
    {
        Edit.Graph.Output.Add(new OnnxValue { Name = value });
        Edit.Tidy();
        return Edit.Model;
    }

    /// <summary>What a network gives for noise.</summary>
    public static float[] Run(OnnxModel model, int rows = 4, int columns = 6)
    {
        using Network network = Network.Open(model, "image", [model.Graph.Output[0].Name], 1);
        return network.Run(SampleWindow.Noise(rows * Patch, columns * Patch))[0]!.Numbers;
    }

    /// <summary>Rewrites attention, and returns what the graph gave before and gives now.</summary>
    public static (int Attentions, int Rotary, float[] Before, float[] After) Fuse(OnnxModel model)
    {
        float[] before = Run(model);
        var edit = new GraphEdit(model);
        (int attentions, int rotary) = AttentionFusion.Apply(
            edit, "image", SampleWindow.Noise(3 * Patch, 5 * Patch), new ComputeOptions { Threads = 1 });
        edit.Tidy();
        return (attentions, rotary, before, Run(model));
    }

    private static OnnxValue Value(string name, params long[] shape)
    {
        var sides = new OnnxShape();
        sides.Dim.AddRange(shape.Select((side, i) =>
            side < 0 ? new OnnxDimension { Name = $"{name}_{i}" } : new OnnxDimension { Value = side }));
        return new OnnxValue { Name = name, Type = new OnnxType { TensorType = new OnnxTensorType { ElemType = 1, Shape = sides } } };
    }
}
