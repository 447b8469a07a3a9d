using FastSeg.Native;

namespace FastSeg.Deep.Convolutions;

/// <summary>
/// A convolution, packed for the CPU's loops: 16 output channels make a block, and two blocks share one pass over the input. The weights
/// lie in the order in which the loops read them: pair of output blocks (the last one may be single), window row, input block, window
/// column, input channel, and then the pair's 32 (or 16) output channels side by side. Missing channels of a last block weigh zero.
/// </summary>
internal sealed unsafe class Convolution : IDisposable
{
    /// <summary>Channels of a block: the lanes of a Vector512.</summary>
    public const int Lane = 16;

    /// <summary>Pixels behind a row that register tiles may read and overwrite; more than the widest tile has.</summary>
    public const int Slack = 16;

    private readonly HostBuffer _packed;
    private readonly HostBuffer _bias;
    private readonly HostBuffer _channels;

    /// <summary>Packs <paramref name="weights"/>.</summary>
    /// <param name="name">Its name in the published checkpoints, for messages.</param>
    /// <param name="weights">What to pack.</param>
    /// <param name="inputBlocks">Channels of each input block, in order; they add up to the convolution's inputs.</param>
    /// <exception cref="FastSegException">The convolution takes another number of channels than the layer before gives.</exception>
    public Convolution(string name, ConvolutionWeights weights, IReadOnlyList<int> inputBlocks)
    {
        if (inputBlocks.Sum() != weights.Inputs)
        {
            throw new FastSegException(
                $"The upsampler's \"{name}\" takes {weights.Inputs} channels, but the layers before it give {inputBlocks.Sum()}.");
        }
        Outputs = weights.Outputs;
        Inputs = weights.Inputs;
        Kernel = weights.Kernel;
        InputBlocks = [.. inputBlocks];
        int blocks = OutputBlocks;
        _packed = new HostBuffer((long)blocks * Lane * Inputs * Kernel * Kernel * sizeof(float));
        _bias = PackBias(weights);
        _channels = new HostBuffer((long)Entries * sizeof(int));
        for (int entry = 0; entry < Entries; entry++)
        {
            EntryChannels[entry] = InputBlocks[entry % InputBlocks.Length];
        }
        float* to = Weights;
        for (int block = 0; block < blocks; block += 2)
        {
            to = Pack(weights, block * Lane, Math.Min(2, blocks - block) * Lane, to);
        }
    }

    /// <summary>Channels out.</summary>
    public int Outputs { get; }

    /// <summary>Channels in.</summary>
    public int Inputs { get; }

    /// <summary>Rows and columns of the window.</summary>
    public int Kernel { get; }

    /// <summary>Pixels the window reaches past its centre.</summary>
    public int Radius => Kernel / 2;

    /// <summary>Channels of each input block.</summary>
    public int[] InputBlocks { get; }

    /// <summary>Blocks of output channels.</summary>
    public int OutputBlocks => Blocks(Outputs);

    /// <summary>First packed weight; 64-byte aligned.</summary>
    public float* Weights => (float*)_packed.Pointer;

    /// <summary>One value an output channel, whole blocks.</summary>
    public float* Bias => (float*)_bias.Pointer;

    /// <summary>Rows of input blocks that one row of the result reads, its entries: one for each window row and input block.</summary>
    public int Entries => Kernel * InputBlocks.Length;

    /// <summary>Channels of each entry.</summary>
    public int* EntryChannels => (int*)_channels.Pointer;

    /// <summary>Bytes held.</summary>
    public long Bytes => _packed.Length + _bias.Length + _channels.Length;

    /// <summary>Floats of the packed weights of one output block (of a pair: twice that).</summary>
    public nint BlockWeights => (nint)Inputs * Kernel * Kernel * Lane;

    /// <summary>Blocks that hold <paramref name="channels"/> channels.</summary>
    public static int Blocks(int channels) => (channels + Lane - 1) / Lane;

    /// <summary>Channels of each block of <paramref name="channels"/> channels: 16, and what is left.</summary>
    public static int[] Split(int channels) =>
        [.. Enumerable.Range(0, Blocks(channels)).Select(block => Math.Min(Lane, channels - (block * Lane)))];

    /// <summary>One value an output channel, whole blocks; missing channels of the last block have zero.</summary>
    public static HostBuffer PackBias(ConvolutionWeights weights)
    {
        int padded = Blocks(weights.Outputs) * Lane;
        var bias = new HostBuffer((long)padded * sizeof(float));
        float* to = (float*)bias.Pointer;
        for (int channel = 0; channel < padded; channel++)
        {
            to[channel] = channel < weights.Outputs ? (float)weights.Bias[channel] : 0;
        }
        return bias;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _packed.Dispose();
        _bias.Dispose();
        _channels.Dispose();
    }

    /// <summary>Packs a pair of output blocks, or a single one; returns where the next one begins.</summary>
    private float* Pack(ConvolutionWeights weights, int first, int lanes, float* to)
    {
        for (int row = 0; row < Kernel; row++)
        {
            for (int block = 0, input = 0; block < InputBlocks.Length; input += InputBlocks[block], block++)
            {
                for (int column = 0; column < Kernel; column++)
                {
                    for (int i = input; i < input + InputBlocks[block]; i++)
                    {
                        for (int lane = 0; lane < lanes; lane++)
                        {
                            *to++ = first + lane < Outputs ? (float)weights[first + lane, i, row, column] : 0;
                        }
                    }
                }
            }
        }
        return to;
    }
}
