using System.Security.Cryptography;
using System.Text.Json.Nodes;
using FastSeg.Deep.Tokens;
using FastSeg.Deep.Weights;
using FastSeg.Tests.Deep.Upsamplers;

namespace FastSeg.Tests.Deep.Backbones;

/// <summary>
/// A backbone folder with a very small network of random weights whose every token depends on the whole window, and the same network in
/// float64: pooled patches, a 1 x 1 convolution, tanh, plus half the mean over all patches; prefix tokens in front.
/// </summary>
internal sealed class TinyBackbone : IDisposable
{
    private const int Pools = 6;
    private const float PrefixValue = 1e6f;

    private readonly float[] _weights;
    private readonly float[] _bias;

    public TinyBackbone(int patch = 8, int dimension = 10, int prefix = 0, bool map = false, int fixedTokens = 0, int seed = 1)
    {
        (Patch, Dimension, Prefix, Map, FixedTokens) = (patch, dimension, prefix, map, fixedTokens);
        Folder = Path.Combine(Path.GetTempPath(), $"fastseg-backbone-{Guid.NewGuid():N}");
        var random = new Random(seed);
        _weights = [.. Enumerable.Range(0, Pools * dimension).Select(_ => (float)((random.NextDouble() * 2) - 1))];
        _bias = [.. Enumerable.Range(0, dimension).Select(_ => (float)(random.NextDouble() - 0.5))];
        Directory.CreateDirectory(Folder);
        byte[] graph = Graph();
        File.WriteAllBytes(GraphPath, graph);
        Json = new JsonObject
        {
            ["patch"] = patch,
            ["dimension"] = dimension,
            ["prefixTokens"] = prefix,
            ["layout"] = map ? "map" : "tokens",
            ["sha256"] = new JsonObject { ["backbone.onnx"] = Convert.ToHexStringLower(SHA256.HashData(graph)) },
        };
        SaveJson();
    }

    public int Patch { get; }

    public int Dimension { get; }

    public int Prefix { get; }

    public bool Map { get; }

    public int FixedTokens { get; }

    public string Folder { get; }

    public string GraphPath => Path.Combine(Folder, "backbone.onnx");

    public string JsonPath => Path.Combine(Folder, "backbone.json");

    public JsonObject Json { get; }

    public void SaveJson() => File.WriteAllText(JsonPath, Json.ToJsonString());

    /// <summary>Puts an upsampler into the folder.</summary>
    public void SaveUpsampler(UpsamplerCase network) => File.WriteAllBytes(
        Path.Combine(Folder, "upsampler.safetensors"),
        Safetensors.Write(network.Tensors(), new Dictionary<string, string> { ["config"] = UpsamplerConfigReader.ToJson(network.Config) }));

    /// <summary>Puts an upsampler and the projection that it names into the folder, so that it is the default.</summary>
    public void SaveDefault(UpsamplerCase network, Standardisation? standardise = Standardisation.Image)
    {
        string identity = ProjectionFile.Load(SaveProjection(network.ChannelsIn)).Identity;
        SaveUpsampler(network with { Config = network.Config with { Projection = identity, Standardise = standardise } });
    }

    /// <summary>Puts a projection of random components into the folder, or into another file, and returns its path.</summary>
    public string SaveProjection(int channels, int seed = 5, int dimension = 0, string file = "projection.safetensors")
    {
        var random = new Random(seed);
        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
        int numbers = dimension > 0 ? dimension : Dimension;
        float[] mean = Numbers(numbers), components = Numbers(channels * numbers);
        float[] eigenvalues = [.. Enumerable.Range(0, channels).Select(i => 1f / (i + 1))];
        string path = Path.Combine(Folder, file);
        File.WriteAllBytes(path, SharedPcaFile.Write([new SharedPca(mean, components, eigenvalues)], [1]));
        return path;
    }

    /// <summary>Moves the weights into a file of their own beside the graph.</summary>
    public void MoveWeights(string file, float factor = 1)
    {
        Replace(Graph(weightsFile: file));
        File.WriteAllBytes(Path.Combine(Folder, file), [.. _weights.SelectMany(weight => BitConverter.GetBytes(weight * factor))]);
    }

    /// <summary>Puts another graph in place, without a hash.</summary>
    public void Replace(byte[] graph)
    {
        File.WriteAllBytes(GraphPath, graph);
        Json.Remove("sha256");
        SaveJson();
    }

    /// <summary>The network's graph, or one that is wrong in a chosen way.</summary>
    public byte[] Graph(
        string input = "image", string output = "tokens", int type = TinyOnnx.Float, long batch = -1, long[]? size = null,
        bool second = false, string? weightsFile = null)
    {
        var onnx = new TinyOnnx();
        size ??= FixedTokens > 0 ? [FixedTokens * Patch, FixedTokens * Patch] : [-1, -1];
        onnx.Input(input, type, [batch, 3, .. size]);
        if (second)
        {
            onnx.Input("mask", TinyOnnx.Float, 1);
        }
        string image = input;
        if (type != TinyOnnx.Float)
        {
            onnx.Node("Cast", [input], "single", ("to", (long)TinyOnnx.Float));
            image = "single";
        }
        (string, object)[] pool = [("kernel_shape", new long[] { Patch, Patch }), ("strides", new long[] { Patch, Patch })];
        onnx.Node("AveragePool", [image], "average", pool);
        onnx.Node("MaxPool", [image], "largest", pool);
        onnx.Node("Concat", ["average", "largest"], "pools", ("axis", 1L));
        if (weightsFile is null)
        {
            onnx.Constant("weights", [Dimension, Pools, 1, 1], _weights);
        }
        else
        {
            onnx.External("weights", [Dimension, Pools, 1, 1], weightsFile);
        }
        onnx.Constant("bias", [Dimension], _bias);
        onnx.Constant("half", [1], [0.5f]);
        onnx.Node("Conv", ["pools", "weights", "bias"], "mixed", ("kernel_shape", new long[] { 1, 1 }));
        onnx.Node("Tanh", ["mixed"], "squashed");
        onnx.Node("GlobalAveragePool", ["squashed"], "mean");
        onnx.Node("Mul", ["mean", "half"], "context");
        onnx.Node("Add", ["squashed", "context"], Map ? output : "map");
        if (!Map)
        {
            onnx.Constant("flat", [3], new long[] { 0, Dimension, -1 });
            onnx.Node("Reshape", ["map", "flat"], "rows");
            onnx.Node("Transpose", ["rows"], Prefix > 0 ? "patches" : output, ("perm", new long[] { 0, 2, 1 }));
            if (Prefix > 0)
            {
                onnx.Constant("prefix", [1, Prefix, Dimension], Enumerable.Repeat(PrefixValue, Prefix * Dimension).ToArray());
                onnx.Node("Concat", ["prefix", "patches"], output, ("axis", 1L));
            }
        }
        onnx.Output(output, TinyOnnx.Float, Map ? [-1, -1, -1, -1] : [-1, -1, -1]);
        return onnx.Model();
    }

    /// <summary>A graph of pooled patches, of which every number also gets the column; for maps of a fixed size with six numbers.</summary>
    public byte[] GraphWithPosition()
    {
        var onnx = new TinyOnnx();
        int side = FixedTokens * Patch;
        onnx.Input("image", TinyOnnx.Float, [-1, 3, side, side]);
        (string, object)[] pool = [("kernel_shape", new long[] { Patch, Patch }), ("strides", new long[] { Patch, Patch })];
        onnx.Node("AveragePool", ["image"], "average", pool);
        onnx.Node("MaxPool", ["image"], "largest", pool);
        onnx.Node("Concat", ["average", "largest"], "pools", ("axis", 1L));
        onnx.Constant(
            "position", [1, Pools, FixedTokens, FixedTokens],
            [.. Enumerable.Range(0, Pools * FixedTokens * FixedTokens).Select(i => i % FixedTokens / (float)FixedTokens)]);
        onnx.Node("Add", ["pools", "position"], "tokens");
        onnx.Output("tokens", TinyOnnx.Float, [-1, -1, -1, -1]);
        return onnx.Model();
    }

    /// <summary>Patch tokens of planes 3 x height x width, cells x dimension, in float64.</summary>
    public double[] Tokens(double[] planes, int height, int width)
    {
        int rows = height / Patch, columns = width / Patch;
        double[] tokens = new double[rows * columns * Dimension];
        double[] mean = new double[Dimension];
        for (int cell = 0; cell < rows * columns; cell++)
        {
            double[] pools = Pool(planes, height, width, cell / columns, cell % columns);
            for (int j = 0; j < Dimension; j++)
            {
                double sum = _bias[j];
                for (int i = 0; i < Pools; i++)
                {
                    sum += _weights[(j * Pools) + i] * pools[i];
                }
                tokens[(cell * Dimension) + j] = Math.Tanh(sum);
                mean[j] += Math.Tanh(sum) / (rows * columns);
            }
        }
        for (int i = 0; i < tokens.Length; i++)
        {
            tokens[i] += 0.5 * mean[i % Dimension];
        }
        return tokens;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private double[] Pool(double[] planes, int height, int width, int row, int column)
    {
        double[] pools = new double[Pools];
        for (int colour = 0; colour < 3; colour++)
        {
            double sum = 0, largest = double.MinValue;
            for (int y = row * Patch; y < (row + 1) * Patch; y++)
            {
                for (int x = column * Patch; x < (column + 1) * Patch; x++)
                {
                    double value = planes[(((colour * height) + y) * width) + x];
                    sum += value;
                    largest = Math.Max(largest, value);
                }
            }
            pools[colour] = sum / (Patch * Patch);
            pools[3 + colour] = largest;
        }
        return pools;
    }
}
