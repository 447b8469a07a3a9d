namespace FastSeg.Tests.Deep.Backbones;

/// <summary>
/// A residual network of basic blocks, two a layer, with few channels and random weights, whose strided operators pad before more than
/// behind, and the same in float64, straight from the operators' definitions.
/// </summary>
internal sealed class TinyResNet
{
    private const double Epsilon = 1e-5;

    private readonly Random _random = new(3);
    private readonly TinyOnnx _onnx = new();
    private readonly List<Func<Dictionary<string, double[,,]>, (string Name, double[,,] Value)>> _steps = [];

    public TinyResNet(int first, params int[] channels)
    {
        _onnx.Input("Input7", TinyOnnx.Float, 1, 3, 224, 224);
        string value = Relu(Convolution("Input7", "stem", 3, first, 7, 2, 3, 2));
        value = Pool(value);
        int from = first;
        for (int layer = 0; layer < channels.Length; layer++)
        {
            for (int block = 0; block < 2; block++)
            {
                int stride = layer > 0 && block == 0 ? 2 : 1;
                string name = $"l{layer}b{block}";
                string shortcut = from == channels[layer] && stride == 1
                    ? value
                    : Convolution(value, $"{name}s", from, channels[layer], 1, stride, 0, 0);
                string inner = Relu(Convolution(value, $"{name}a", from, channels[layer], 3, stride, 1, stride == 1 ? 1 : 0));
                inner = Convolution(inner, $"{name}c", channels[layer], channels[layer], 3, 1, 1, 1);
                value = Relu(Sum(inner, shortcut, name));
                from = channels[layer];
            }
            Ends.Add(value);
        }
        _onnx.Node("GlobalAveragePool", [value], "pooled");
        _onnx.Output("pooled", TinyOnnx.Float, 1, from, 1, 1);
    }

    /// <summary>The last value of each layer.</summary>
    public List<string> Ends { get; } = [];

    public byte[] Model() => _onnx.Model();

    /// <summary>
    /// Tokens of planes blue, green, red: the first three layers at the second's grid. The second layer's last row and column are repeated
    /// for the third where their number is odd.
    /// </summary>
    public double[,,] Tokens(double[,,] image)
    {
        var values = new Dictionary<string, double[,,]> { ["Input7"] = image };
        foreach (Func<Dictionary<string, double[,,]>, (string Name, double[,,] Value)> step in _steps)
        {
            (string name, double[,,] value) = step(values);
            values[name] = value;
            if (name == Ends[1])
            {
                values[name] = Even(value);
            }
        }
        double[,,] l1 = values[Ends[0]], l2 = values[Ends[1]], l3 = values[Ends[2]];
        (int c1, int c2, int c3) = (l1.GetLength(0), l2.GetLength(0), l3.GetLength(0));
        (int rows, int columns) = (l1.GetLength(1) / 2, l1.GetLength(2) / 2);
        double[,,] tokens = new double[rows, columns, c1 + c2 + c3];
        for (int y = 0; y < rows; y++)
        {
            for (int x = 0; x < columns; x++)
            {
                for (int c = 0; c < c1; c++)
                {
                    tokens[y, x, c] = (l1[c, 2 * y, 2 * x] + l1[c, 2 * y, (2 * x) + 1]
                        + l1[c, (2 * y) + 1, 2 * x] + l1[c, (2 * y) + 1, (2 * x) + 1]) / 4;
                }
                for (int c = 0; c < c2; c++)
                {
                    tokens[y, x, c1 + c] = l2[c, y, x];
                }
                for (int c = 0; c < c3; c++)
                {
                    tokens[y, x, c1 + c2 + c] = Bilinear(l3, c, ((y + 0.5) / 2) - 0.5, ((x + 0.5) / 2) - 0.5);
                }
            }
        }
        return tokens;
    }

    private static double[,,] Even(double[,,] value)
    {
        (int channels, int rows, int columns) = (value.GetLength(0), value.GetLength(1), value.GetLength(2));
        return Make(
            channels, (rows + 1) / 2 * 2, (columns + 1) / 2 * 2, (c, y, x) => value[c, Math.Min(y, rows - 1), Math.Min(x, columns - 1)]);
    }

    private static double Bilinear(double[,,] plane, int c, double y, double x)
    {
        (int rows, int columns) = (plane.GetLength(1), plane.GetLength(2));
        (int top, int left) = ((int)Math.Floor(y), (int)Math.Floor(x));
        double At(int row, int column) => plane[c, Math.Clamp(row, 0, rows - 1), Math.Clamp(column, 0, columns - 1)];
        double above = At(top, left) + ((x - left) * (At(top, left + 1) - At(top, left)));
        double below = At(top + 1, left) + ((x - left) * (At(top + 1, left + 1) - At(top + 1, left)));
        return above + ((y - top) * (below - above));
    }

    private static double[,,] Make(int channels, int rows, int columns, Func<int, int, int, double> value)
    {
        double[,,] made = new double[channels, rows, columns];
        for (int c = 0; c < channels; c++)
        {
            for (int y = 0; y < rows; y++)
            {
                for (int x = 0; x < columns; x++)
                {
                    made[c, y, x] = value(c, y, x);
                }
            }
        }
        return made;
    }

    private float[] Random(int count, double low, double high) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)(low + (_random.NextDouble() * (high - low))))];

    /// <summary>A convolution without bias, and a batch normalisation; padded before and behind by zeros.</summary>
    private string Convolution(string input, string name, int from, int to, int kernel, int stride, int before, int behind)
    {
        double range = 1.5 / Math.Sqrt(from * kernel * kernel);
        float[] weights = Random(to * from * kernel * kernel, -range, range);
        float[] scale = Random(to, 0.5, 1.5), bias = Random(to, -0.5, 0.5), mean = Random(to, -0.5, 0.5), variance = Random(to, 0.5, 1.5);
        _onnx.Constant($"{name}_w", [to, from, kernel, kernel], weights);
        _onnx.Node(
            "Conv", [input, $"{name}_w"], $"{name}_conv", ("kernel_shape", new long[] { kernel, kernel }),
            ("strides", new long[] { stride, stride }), ("pads", new long[] { before, before, behind, behind }));
        (string, float[])[] normal = [("scale", scale), ("bias", bias), ("mean", mean), ("variance", variance)];
        foreach ((string part, float[] values) in normal)
        {
            _onnx.Constant($"{name}_{part}", [to], values);
        }
        _onnx.Node(
            "BatchNormalization", [$"{name}_conv", .. normal.Select(part => $"{name}_{part.Item1}")], $"{name}_bn", ("spatial", 1L));
        _steps.Add(values =>
        {
            double[,,] x = values[input];
            int Size(int size) => ((size + before + behind - kernel) / stride) + 1;
            double Sum(int c, int row, int column)
            {
                double sum = 0;
                for (int i = 0; i < from * kernel * kernel; i++)
                {
                    int y = (row * stride) - before + (i / kernel % kernel), z = (column * stride) - before + (i % kernel);
                    if (y >= 0 && z >= 0 && y < x.GetLength(1) && z < x.GetLength(2))
                    {
                        sum += weights[(c * from * kernel * kernel) + i] * x[i / kernel / kernel, y, z];
                    }
                }
                return ((sum - mean[c]) / Math.Sqrt(variance[c] + Epsilon) * scale[c]) + bias[c];
            }
            return ($"{name}_bn", Make(to, Size(x.GetLength(1)), Size(x.GetLength(2)), Sum));
        });
        return $"{name}_bn";
    }

    private string Relu(string input)
    {
        string name = $"{input}_relu";
        _onnx.Node("Relu", [input], name);
        _steps.Add(values =>
        {
            double[,,] x = values[input];
            return (name, Make(x.GetLength(0), x.GetLength(1), x.GetLength(2), (c, y, z) => Math.Max(0, x[c, y, z])));
        });
        return name;
    }

    private string Sum(string a, string b, string name)
    {
        _onnx.Node("Add", [a, b], $"{name}_sum");
        _steps.Add(values =>
        {
            (double[,,] x, double[,,] y) = (values[a], values[b]);
            return ($"{name}_sum", Make(x.GetLength(0), x.GetLength(1), x.GetLength(2), (c, i, j) => x[c, i, j] + y[c, i, j]));
        });
        return $"{name}_sum";
    }

    /// <summary>The largest of 3 x 3 at every second place, padded before only.</summary>
    private string Pool(string input)
    {
        _onnx.Node(
            "MaxPool", [input], "pool", ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }),
            ("pads", new long[] { 1, 1, 0, 0 }));
        _steps.Add(values =>
        {
            double[,,] x = values[input];
            double Largest(int c, int row, int column)
            {
                double most = double.MinValue;
                for (int y = Math.Max(0, (2 * row) - 1); y <= (2 * row) + 1; y++)
                {
                    for (int z = Math.Max(0, (2 * column) - 1); z <= (2 * column) + 1; z++)
                    {
                        most = Math.Max(most, x[c, y, z]);
                    }
                }
                return most;
            }
            return ("pool", Make(x.GetLength(0), x.GetLength(1) / 2, x.GetLength(2) / 2, Largest));
        });
        return "pool";
    }
}
