using FastSeg.Deep.Weights;

namespace FastSeg.Deep;

/// <summary>Two convolutions, each with its batch norm folded in and a leaky ReLU behind it.</summary>
/// <param name="First">The first.</param>
/// <param name="Second">The second.</param>
internal sealed record DoubleConvolution(Convolution First, Convolution Second);

/// <summary>One doubling of the features' size.</summary>
/// <param name="Mix">Features and guidance together.</param>
/// <param name="Up">The convolution behind the bilinear step.</param>
internal sealed record UpsamplerLevel(DoubleConvolution Mix, Convolution Up);

/// <summary>
/// The weights of a convolutional upsampler (the paper's section S3), ready to run: immutable, shared by all workers. A guidance pyramid
/// runs down from the image; the low-resolution features run up, twice their size at a time, and meet the pyramid's features of about
/// their size.
/// </summary>
internal sealed class Upsampler : IDisposable
{
    private const float LeakySlope = 0.01f;

    private readonly List<Convolution> _all = [];
    private readonly IReadOnlyDictionary<string, WeightTensor> _tensors;

    /// <summary>Folds and packs the weights; widths are the tensors' own.</summary>
    /// <param name="config">Configuration, as the weights state it.</param>
    /// <param name="tensors">The tensors, with the published names.</param>
    /// <exception cref="FastSegException">A tensor is missing, or its shape does not fit the others or the configuration.</exception>
    public Upsampler(UpsamplerConfig config, IEnumerable<WeightTensor> tensors)
    {
        Config = config;
        _tensors = tensors.ToDictionary(tensor => tensor.Name);
        try
        {
            int[] guidance = [.. Convolution.Split(config.ChannelsDown), 3];
            Down = new DoubleConvolution[config.Levels];
            for (int i = 0; i < Down.Length; i++)
            {
                Down[i] = Double($"downsampler.downsample_layers.{i}.maxpool_conv.1.double_conv", i == 0 ? [3] : guidance);
                Expect("channelsDown", config.ChannelsDown, Down[i].Second.Outputs);
            }
            Input = Double("upsampler.inp_conv.double_conv", Convolution.Split(config.ChannelsIn));
            Levels = new UpsamplerLevel[config.Levels];
            int channels = Input.Second.Outputs;
            for (int i = 0; i < Levels.Length; i++)
            {
                DoubleConvolution mix = Double($"upsampler.upsamples.{i}.conv.double_conv", [.. Convolution.Split(channels), .. guidance]);
                string up = $"upsampler.upsamples.{i}.up.1";
                Levels[i] = new UpsamplerLevel(mix, Add(up, ConvolutionWeights.Read(_tensors, up), Convolution.Split(mix.Second.Outputs), 1));
                channels = Levels[i].Up.Outputs;
            }
            ConvolutionWeights last = ConvolutionWeights.Read(_tensors, "upsampler.outp_conv").Then(ConvolutionWeights.Read(_tensors, "upsampler.mlp"));
            Output = Add("upsampler.outp_conv", last, Convolution.Split(channels), 1);
            Expect("channelsOut", config.ChannelsOut, Output.Outputs);
        }
        catch
        {
            Dispose();
            throw;
        }
        _tensors = new Dictionary<string, WeightTensor>();
    }

    /// <summary>The configuration.</summary>
    public UpsamplerConfig Config { get; }

    /// <summary>The guidance pyramid, finest first.</summary>
    public DoubleConvolution[] Down { get; }

    /// <summary>What the low-resolution features go through first.</summary>
    public DoubleConvolution Input { get; }

    /// <summary>The doublings, coarsest first.</summary>
    public UpsamplerLevel[] Levels { get; }

    /// <summary>The last 3 x 3 and 1 x 1 convolutions in one.</summary>
    public Convolution Output { get; }

    /// <summary>Bytes of the packed weights.</summary>
    public long Bytes => _all.Sum(convolution => convolution.Bytes);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Convolution convolution in _all)
        {
            convolution.Dispose();
        }
    }

    private static void Expect(string name, int stated, int found)
    {
        if (stated != found)
        {
            throw new FastSegException($"The upsampler's configuration says {name} = {stated}, but its weights give {found}.");
        }
    }

    private DoubleConvolution Double(string name, int[] inputs)
    {
        Convolution first = Add($"{name}.0", Read(name, 0), inputs, LeakySlope);
        return new DoubleConvolution(first, Add($"{name}.3", Read(name, 3), Convolution.Split(first.Outputs), LeakySlope));
    }

    private ConvolutionWeights Read(string name, int index) =>
        ConvolutionWeights.Read(_tensors, $"{name}.{index}").WithBatchNorm(_tensors, $"{name}.{index + 1}");

    private Convolution Add(string name, ConvolutionWeights weights, int[] inputs, float slope)
    {
        var convolution = new Convolution(name, weights, inputs, slope);
        _all.Add(convolution);
        return convolution;
    }
}
