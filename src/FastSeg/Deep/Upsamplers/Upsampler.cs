using FastSeg.Deep.Convolutions;
using FastSeg.Deep.Weights;

namespace FastSeg.Deep.Upsamplers;

/// <summary>
/// The weights of a convolutional upsampler (the paper's section S3), ready to run: immutable, shared by all workers. Which layer reads
/// which is written in <see cref="UpsamplerGraph{TStage}"/>.
/// </summary>
internal sealed class Upsampler : IDisposable
{
    /// <summary>Channels of the guidance image.</summary>
    public const int Colours = 3;

    /// <summary>The leaky ReLU's slope for negative values.</summary>
    public const float LeakySlope = 0.01f;

    /// <summary>
    /// How many levels, the finest ones, run by Winograd's filtering. Its groups of four columns widen what a tile needs at every
    /// convolution: on the coarse levels, which are a twentieth of the work, that would cost more than it saves.
    /// </summary>
    private const int FineLevels = 2;

    private readonly List<IDisposable> _owned = [];
    private readonly IReadOnlyDictionary<string, WeightTensor> _tensors;
    private readonly Lazy<ConvolutionWeights> _outputWeights;

    /// <summary>Folds and packs the weights; widths are the tensors' own.</summary>
    /// <param name="config">Configuration, as the weights state it.</param>
    /// <param name="tensors">The tensors, with the published names.</param>
    /// <exception cref="FastSegException">A tensor is missing, or its shape does not fit the others or the configuration.</exception>
    public Upsampler(UpsamplerConfig config, IEnumerable<WeightTensor> tensors)
    {
        if (config.Levels < 1)
        {
            throw new FastSegException($"The upsampler's patch is {config.Patch}; it must be at least 2 pixels.");
        }
        Config = config;
        _tensors = tensors.ToDictionary(tensor => tensor.Name);
        _outputWeights = new Lazy<ConvolutionWeights>(() => UpWeights![^1].Then(LastWeights));
        try
        {
            int[] guidance = [.. Convolution.Split(config.ChannelsDown), Colours];
            Down = new UpsamplerLayerPair[config.Levels];
            for (int i = 0; i < Down.Length; i++)
            {
                string name = $"downsampler.downsample_layers.{i}.maxpool_conv.1.double_conv";
                Down[i] = Double(name, i == 0 ? [Colours] : guidance, i < FineLevels);
                Expect("channelsDown", config.ChannelsDown, Down[i].Second.Outputs);
            }
            Input = Double("upsampler.inp_conv.double_conv", Convolution.Split(config.ChannelsIn), false);
            Mixes = new UpsamplerLayerPair[config.Levels];
            Ups = new DoublingConvolution[config.Levels];
            UpWeights = new ConvolutionWeights[config.Levels];
            int channels = Input.Second.Outputs;
            for (int i = 0; i < Mixes.Length; i++)
            {
                int[] inputs = [.. Convolution.Split(channels), .. guidance];
                Mixes[i] = Double($"upsampler.upsamples.{i}.conv.double_conv", inputs, config.Levels - i <= FineLevels);
                channels = Mixes[i].Second.Outputs;
                string name = $"upsampler.upsamples.{i}.up.1";
                UpWeights[i] = ConvolutionWeights.Read(_tensors, name);
                Ups[i] = AddDoubling(name, UpWeights[i], channels);
                channels = Ups[i].Outputs;
            }
            const string Last = "upsampler.outp_conv";
            ConvolutionWeights lastWeights = ConvolutionWeights.Read(_tensors, Last)
                .Then(ConvolutionWeights.Read(_tensors, "upsampler.mlp"));
            Expect("channelsOut", config.ChannelsOut, lastWeights.Outputs);
            Output = Layer(Last, lastWeights, Convolution.Split(channels), true);
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
    public UpsamplerLayerPair[] Down { get; }

    /// <summary>The convolutions that the low-resolution features go through first.</summary>
    public UpsamplerLayerPair Input { get; }

    /// <summary>The convolutions of features and guidance together, coarsest level first.</summary>
    public UpsamplerLayerPair[] Mixes { get; }

    /// <summary>The doubling behind each of them, with its convolution.</summary>
    public DoublingConvolution[] Ups { get; }

    /// <summary>
    /// The last 3 x 3 and the 1 x 1 convolution, composed into one. Composing the last doubling's convolution with them as well would give
    /// 5 x 5 taps before the doubling: 6.25 products a channel pair and pixel, and the result's outermost pixels apart. The doubling's 9
    /// taps before it (2.25 products) and this one by Winograd's filtering (2.25) take less.
    /// </summary>
    public UpsamplerLayer Output { get; }

    /// <summary>The convolution behind each doubling, coarsest first, not packed: a GPU packs its own.</summary>
    public ConvolutionWeights[] UpWeights { get; }

    /// <summary>The last convolution, not packed.</summary>
    public ConvolutionWeights LastWeights => Output.Folded;

    /// <summary>
    /// The last doubling's convolution composed with <see cref="LastWeights"/> into one of 5 x 5, for a GPU; done when first asked for. It
    /// is exact but for the result's outermost pixels: there the last 3 x 3 convolution reads padding, which the composed one cannot know.
    /// </summary>
    public ConvolutionWeights OutputWeights => _outputWeights.Value;

    /// <summary>Bytes of the packed weights.</summary>
    public long Bytes { get; private set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable weights in _owned)
        {
            weights.Dispose();
        }
    }

    private static void Expect(string name, int stated, int found)
    {
        if (stated != found)
        {
            throw new FastSegException($"The upsampler's configuration says {name} = {stated}, but its weights give {found}.");
        }
    }

    /// <summary>Reads what the checkpoints call a double_conv: two convolutions, each with its batch norm.</summary>
    private UpsamplerLayerPair Double(string name, int[] inputs, bool winograd)
    {
        UpsamplerLayer first = Layer($"{name}.0", Read(name, 0), inputs, winograd);
        return new UpsamplerLayerPair(first, Layer($"{name}.3", Read(name, 3), Convolution.Split(first.Outputs), winograd));
    }

    private UpsamplerLayer Layer(string name, ConvolutionWeights weights, int[] inputs, bool winograd)
    {
        if (!winograd)
        {
            return new UpsamplerLayer(Add(name, weights, inputs), null, weights);
        }
        WinogradConvolution convolution = Own(new WinogradConvolution(name, weights, inputs));
        Bytes += convolution.Bytes;
        return new UpsamplerLayer(null, convolution, weights);
    }

    private ConvolutionWeights Read(string name, int index) =>
        ConvolutionWeights.Read(_tensors, $"{name}.{index}").WithBatchNorm(_tensors, $"{name}.{index + 1}");

    private Convolution Add(string name, ConvolutionWeights weights, int[] inputs)
    {
        Convolution convolution = Own(new Convolution(name, weights, inputs));
        Bytes += convolution.Bytes;
        return convolution;
    }

    private DoublingConvolution AddDoubling(string name, ConvolutionWeights weights, int channels)
    {
        DoublingConvolution doubling = Own(new DoublingConvolution(name, weights, Convolution.Split(channels), Config.Align));
        Bytes += doubling.Bytes;
        return doubling;
    }

    private T Own<T>(T weights) where T : IDisposable
    {
        _owned.Add(weights);
        return weights;
    }
}

/// <summary>A convolution with its batch norm folded in and a leaky ReLU behind it, in one of two forms.</summary>
/// <param name="Direct">Term by term, or null.</param>
/// <param name="Winograd">By Winograd's filtering, or null.</param>
/// <param name="Folded">The weights that were packed, for a device that packs them its own way.</param>
internal sealed record UpsamplerLayer(Convolution? Direct, WinogradConvolution? Winograd, ConvolutionWeights Folded)
{
    /// <summary>Channels out.</summary>
    public int Outputs => Direct?.Outputs ?? Winograd!.Outputs;

    /// <summary>Bytes of the packed weights.</summary>
    public long Bytes => Direct?.Bytes ?? Winograd!.Bytes;
}

/// <summary>Two layers, one behind the other.</summary>
/// <param name="First">The one that reads.</param>
/// <param name="Second">The one that reads the first.</param>
internal sealed record UpsamplerLayerPair(UpsamplerLayer First, UpsamplerLayer Second);
