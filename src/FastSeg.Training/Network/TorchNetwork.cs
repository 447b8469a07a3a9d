using FastSeg.Deep.Weights;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FastSeg.Learning.Network;

/// <summary>
/// The upsampler (the paper's section S3) in PyTorch, layer for layer as the published checkpoints name them, so that gradients can be had.
/// </summary>
internal sealed class TorchNetwork : IDisposable
{
    private const double Slope = 0.01, Epsilon = 1e-5;
    private const string RunningMean = "running_mean", RunningVariance = "running_var";

    private readonly UpsamplerConfig _config;

    /// <summary>Takes weights as a file has them.</summary>
    public TorchNetwork(UpsamplerConfig config, IEnumerable<WeightTensor> weights)
    {
        _config = config;
        foreach (WeightTensor weight in weights)
        {
            Tensor values = tensor(weight.Values, [.. weight.Shape]).DetachFromDisposeScope();
            bool learned = !IsStatistic(weight.Name);
            (learned ? Parameters : Statistics).Add(weight.Name, values.requires_grad_(learned));
        }
    }

    /// <summary>What is learned, by name.</summary>
    public SortedDictionary<string, Tensor> Parameters { get; } = new(StringComparer.Ordinal);

    /// <summary>Means and variances of the batch norms, by name.</summary>
    public SortedDictionary<string, Tensor> Statistics { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// With a number, batch norms use their batch's own mean and variance, and move the kept ones by this share towards them; with null,
    /// they use the kept ones.
    /// </summary>
    public double? BatchMomentum { get; set; }

    /// <summary>The values of all weights, as a file has them.</summary>
    public List<WeightTensor> Weights() =>
        [.. Parameters.Concat(Statistics).Select(pair => new WeightTensor(pair.Key, pair.Value.shape, pair.Value.data<float>().ToArray()))];

    /// <summary>Puts other values in place of the weights of these names.</summary>
    public void Take(IEnumerable<WeightTensor> weights)
    {
        using var nothing = no_grad();
        foreach (WeightTensor weight in weights)
        {
            using Tensor values = tensor(weight.Values, [.. weight.Shape]);
            (Parameters.GetValueOrDefault(weight.Name) ?? Statistics[weight.Name]).copy_(values);
        }
    }

    /// <summary>Brings features to the image's resolution.</summary>
    /// <param name="image">Images in 0..1: images x 3 x rows x columns.</param>
    /// <param name="features">Low-resolution features: images x channels x rows of cells x columns of cells.</param>
    public Tensor Forward(Tensor image, Tensor features)
    {
        Tensor guidance = Normalised(image);
        long height = image.shape[2], width = image.shape[3];
        var pyramid = new Tensor[_config.Levels];
        for (int i = 0; i < pyramid.Length; i++)
        {
            Tensor pooled = functional.max_pool2d(i == 0 ? guidance : pyramid[i - 1], 2, 2);
            Tensor y = Double($"downsampler.downsample_layers.{i}.maxpool_conv.1.double_conv", pooled);
            pyramid[i] = cat([y, Nearest(guidance, y.shape[2], y.shape[3])], 1);
        }
        pyramid[^1] = Nearest(pyramid[^1], height / _config.Patch, width / _config.Patch);
        Tensor x = _config.NormaliseL1 ? features / features.abs().sum(1, keepdim: true).clamp(min: 1e-12) : features;
        x = Double("upsampler.inp_conv.double_conv", x);
        bool corners = _config.Align == Align.Corners;
        for (int i = 0; i < pyramid.Length; i++)
        {
            Tensor guide = pyramid[^(i + 1)];
            x = cat([Nearest(x, guide.shape[2], guide.shape[3]), guide], 1);
            x = Double($"upsampler.upsamples.{i}.conv.double_conv", x);
            x = functional.interpolate(x, scale_factor: [2, 2], mode: InterpolationMode.Bilinear, align_corners: corners);
            x = Convolve($"upsampler.upsamples.{i}.up.1", x);
        }
        return Nearest(Convolve("upsampler.mlp", Convolve("upsampler.outp_conv", x)), height, width);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor values in Parameters.Values.Concat(Statistics.Values))
        {
            values.grad?.Dispose();
            values.Dispose();
        }
    }

    private static bool IsStatistic(string name) =>
        name.EndsWith(RunningMean, StringComparison.Ordinal) || name.EndsWith(RunningVariance, StringComparison.Ordinal);

    private static Tensor Nearest(Tensor x, long height, long width) => x.shape[2] == height && x.shape[3] == width
        ? x
        : functional.interpolate(x, [height, width], mode: InterpolationMode.Nearest);

    private Tensor Normalised(Tensor image)
    {
        using Tensor mean = tensor(_config.GuidanceMean.ToArray(), [1, 3, 1, 1]);
        using Tensor std = tensor(_config.GuidanceStd.ToArray(), [1, 3, 1, 1]);
        return ((image * _config.GuidanceScale) - mean) / std;
    }

    /// <summary>Two layers, each of a convolution, a batch norm and a leaky ReLU.</summary>
    private Tensor Double(string name, Tensor x)
    {
        foreach (int i in (int[])[0, 3])
        {
            string norm = $"{name}.{i + 1}";
            x = functional.batch_norm(
                Convolve($"{name}.{i}", x), Statistics[$"{norm}.{RunningMean}"], Statistics[$"{norm}.{RunningVariance}"],
                Parameters[$"{norm}.weight"], Parameters[$"{norm}.bias"], BatchMomentum is not null, BatchMomentum ?? 0, Epsilon);
            x = functional.leaky_relu(x, Slope);
        }
        return x;
    }

    private Tensor Convolve(string name, Tensor x)
    {
        Tensor weight = Parameters[$"{name}.weight"];
        long radius = weight.shape[2] / 2;
        if (_config.Padding == Padding.Zeros || radius == 0)
        {
            return functional.conv2d(x, weight, Parameters.GetValueOrDefault($"{name}.bias"), padding: [radius, radius]);
        }
        Tensor padded = functional.pad(x, [radius, radius, radius, radius], PaddingModes.Replicate);
        return functional.conv2d(padded, weight, Parameters.GetValueOrDefault($"{name}.bias"));
    }
}
