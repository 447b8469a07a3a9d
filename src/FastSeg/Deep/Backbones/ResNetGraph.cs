using FastSeg.Onnx;
using OnnxSchema;

namespace FastSeg.Deep.Backbones;

/// <summary>
/// Cuts a residual network of basic blocks, two a layer, after its third layer and makes tokens of its first three: at the second layer's
/// grid, a cell for every 8 pixels, the first layer's values averaged over 2 x 2, the second's, and the third's interpolated bilinearly
/// with half-pixel centres.
/// </summary>
internal sealed class ResNetGraph
{
    /// <summary>The side of a cell: the stride of the second layer, in pixels.</summary>
    public const int Patch = 8;

    private const int BlocksOfALayer = 2, Layers = 3, OperatorSet = 13, Format = 8, Colours = 3;

    private readonly string _path;
    private readonly GraphEdit _edit;

    /// <summary>Reads the network; <see cref="Cut"/> changes it.</summary>
    /// <exception cref="FastSegException">It cannot be read.</exception>
    public ResNetGraph(string path)
    {
        _path = path;
        _edit = new GraphEdit(OnnxFile.Load(path));
    }

    /// <summary>Channels of the three layers together: the numbers of a token.</summary>
    public int Dimension { get; private set; }

    /// <summary>
    /// Cuts it. The input is "image", batch x 3 x rows x columns; the output "tokens", batch x cells x <see cref="Dimension"/>.
    /// </summary>
    /// <param name="swapColours">
    /// Whether the network takes blue, green, red; its first weights are then reordered, and it takes red, green, blue.
    /// </param>
    /// <exception cref="FastSegException">The three layers are not found; the sentence says what was looked for.</exception>
    public OnnxModel Cut(bool swapColours)
    {
        OnnxGraph graph = _edit.Graph;
        string[] blocks = [.. graph.Node.Where(IsEndOfBlock).Select(node => node.Output[0])];
        if (blocks.Length < Layers * BlocksOfALayer)
        {
            throw Unlike($"{blocks.Length} residual blocks (Add, then Relu) were found, and {Layers * BlocksOfALayer} are needed");
        }
        string[] ends = [.. Enumerable.Range(1, Layers).Select(layer => blocks[(layer * BlocksOfALayer) - 1])];
        Dimension = ends.Sum(Channels);
        NameInput(swapColours);
        string shape = EvenSides(ends[1]);
        string mean = _edit.Add(
            "AveragePool", "layer1_mean", [ends[0]], Attributes.Of("kernel_shape", 2, 2), Attributes.Of("strides", 2, 2));
        string all = _edit.Add("Concat", "layers", [mean, ends[1], Enlarged(ends[2], shape)], Attributes.Of("axis", 1L));
        string cellsFirst = _edit.Add("Transpose", "cells", [all], Attributes.Of("perm", 0, 2, 3, 1));
        string tokens = _edit.Add("Reshape", "tokens", [cellsFirst, Whole("tokens_shape", 0, -1, Dimension)]);
        graph.Output.Clear();
        graph.Output.Add(Value(tokens, "batch", "cells", null, Dimension));
        _edit.Tidy();
        Renew();
        return _edit.Model;
    }

    private bool IsEndOfBlock(OnnxNode node) => node.OpType == "Relu" && _edit.Producer(node.Input[0]) is { OpType: "Add" };

    /// <summary>Channels of a block's end: those of the convolution in front of its sum.</summary>
    private int Channels(string end)
    {
        OnnxNode? node = _edit.Producer(end);
        while (node is not null && node.OpType != "Conv")
        {
            node = _edit.Producer(node.Input[0]);
        }
        return node is not null && _edit.Constant(node.Input[1]) is { Dims.Count: 4 } weights
            ? (int)weights.Dims[0]
            : throw Unlike($"no convolution with constant weights leads to \"{end}\"");
    }

    /// <summary>Names the input and, where wanted, reorders the colours in the weights of the first convolution.</summary>
    private void NameInput(bool swapColours)
    {
        OnnxValue[] inputs = [.. _edit.Graph.Input.Where(value => _edit.Constant(value.Name) is null)];
        if (inputs is not [var image] || _edit.Consumers(image.Name) is not [{ OpType: "Conv" } first]
            || _edit.Constant(first.Input[1]) is not { Dims: [_, Colours, _, _] } weights || Tensors.Floats(weights) is not { } values)
        {
            throw Unlike($"one input that one convolution of {Colours} colours takes was looked for");
        }
        _edit.Replace(image.Name, "image");
        _edit.Graph.Input.Clear();
        _edit.Graph.Input.Add(Value("image", "batch", "rows", "columns", Colours));
        if (swapColours)
        {
            int plane = (int)(weights.Dims[2] * weights.Dims[3]);
            float[] swapped = new float[values.Length];
            for (int i = 0; i < values.Length; i++)
            {
                (int filter, int colour) = (i / plane / Colours, i / plane % Colours);
                swapped[(((filter * Colours) + Colours - 1 - colour) * plane) + (i % plane)] = values[i];
            }
            first.Input[1] = _edit.Add(Tensors.Of($"{weights.Name}_rgb", [.. weights.Dims], swapped));
        }
    }

    /// <summary>
    /// Repeats the second layer's last row and column where their number is odd: the third layer's two strided convolutions, with the
    /// padding of this network, agree on even sides only. Returns the second layer's shape.
    /// </summary>
    private string EvenSides(string layer)
    {
        OnnxNode[] users = [.. _edit.Consumers(layer)];
        string shape = _edit.Add("Shape", "layer2_shape", [layer]);
        string odd = _edit.Add("Mod", "layer2_odd", [shape, Whole("two", 2)]);
        string sides = _edit.Add("Mul", "layer2_missing", [odd, Whole("only_sides", 0, 0, 1, 1)]);
        string pads = _edit.Add("Concat", "layer2_pads", [Whole("nothing_before", 0, 0, 0, 0), sides], Attributes.Of("axis", 0L));
        string even = _edit.Add("Pad", "layer2_even", [layer, pads], Attributes.Of("mode", "edge"));
        foreach (OnnxNode user in users)
        {
            for (int i = 0; i < user.Input.Count; i++)
            {
                user.Input[i] = user.Input[i] == layer ? even : user.Input[i];
            }
        }
        return shape;
    }

    /// <summary>The third layer at twice its size, cut to the second's.</summary>
    private string Enlarged(string layer, string shape)
    {
        string scales = _edit.Add(Tensors.Of("scales", [4], (ReadOnlySpan<float>)[1, 1, 2, 2]));
        string twice = _edit.Add(
            "Resize", "layer3_twice", [layer, "", scales], Attributes.Of("mode", "linear"),
            Attributes.Of("coordinate_transformation_mode", "half_pixel"));
        string sides = _edit.Add("Slice", "layer2_sides", [shape, Whole("second", 2), Whole("fourth", 4), Whole("first_axis", 0)]);
        return _edit.Add("Slice", "layer3_cut", [twice, Whole("origin", 0, 0), sides, Whole("rows_columns", 2, 3)]);
    }

    /// <summary>Brings operators and file to the version whose Resize has half-pixel centres, and whose constants are no inputs.</summary>
    private void Renew()
    {
        OnnxModel model = _edit.Model;
        model.IrVersion = Format;
        model.OpsetImport.Clear();
        model.OpsetImport.Add(new OnnxOperatorSet { Domain = "", Version = OperatorSet });
        _edit.Graph.ValueInfo.Clear();
        foreach (OnnxNode node in _edit.Graph.Node.Where(node => node.OpType == "BatchNormalization"))
        {
            if (Attributes.Find(node, "spatial") is { } spatial)
            {
                // Always 1 here; newer operators know no other.
                node.Attribute.Remove(spatial);
            }
        }
    }

    private string Whole(string name, params ReadOnlySpan<long> values) => _edit.Add(Tensors.Of(name, [values.Length], values));

    /// <summary>A value of three or four sides; where the last but one is null there are three.</summary>
    private static OnnxValue Value(string name, string batch, string first, string? second, int channels)
    {
        var shape = new OnnxShape();
        shape.Dim.Add(new OnnxDimension { Name = batch });
        if (second is not null)
        {
            shape.Dim.Add(new OnnxDimension { Value = channels });
        }
        shape.Dim.Add(new OnnxDimension { Name = first });
        shape.Dim.Add(second is null ? new OnnxDimension { Value = channels } : new OnnxDimension { Name = second });
        return new OnnxValue
        {
            Name = name,
            Type = new OnnxType { TensorType = new OnnxTensorType { ElemType = TensorType.Float, Shape = shape } },
        };
    }

    private FastSegException Unlike(string what) =>
        new($"{_path} is not the residual network that was expected: {what}; take version {ResNetBackbone.Version} of the package.");
}
