using FastSeg.Native;

namespace FastSeg.Deep;

/// <summary>
/// A 3 x 3 convolution by Winograd's minimal filtering F(4, 3) along rows (Lavin and Gray, "Fast Algorithms for Convolutional Neural
/// Networks", 2015): four neighbouring results of a row take 6 products a window row and channel pair instead of 12. The six inputs of
/// four results are turned into six points, which the window rows share; at each point the products are summed over window rows and
/// input channels; six sums give four results. Groups of four start at columns divisible by four of the whole image, so tiles do not
/// change a bit. The interpolation points are 0, 1, -1, 2, -2 and infinity; the error stays about ten times float32's own.
/// </summary>
internal sealed unsafe class WinogradConvolution : IDisposable
{
    /// <summary>Products for a group of results.</summary>
    public const int PointCount = 6;

    /// <summary>Results of a row that are computed together.</summary>
    public const int Group = 4;

    /// <summary>
    /// Groups whose sums are computed together, for every pair of output blocks and point in turn: two register tiles. Their points are
    /// read from the L2 cache again for every pair, their sums (21 KB) stay in L1.
    /// </summary>
    public const int GroupsAtATime = 28;

    private static readonly double[][] WeightFactors =
    [
        [1.0 / 4, 0, 0],
        [-1.0 / 6, -1.0 / 6, -1.0 / 6],
        [-1.0 / 6, 1.0 / 6, -1.0 / 6],
        [1.0 / 24, 1.0 / 12, 1.0 / 6],
        [1.0 / 24, -1.0 / 12, 1.0 / 6],
        [0, 0, 1],
    ];

    private readonly HostBuffer _bias;

    /// <summary>Transforms and packs <paramref name="weights"/>.</summary>
    /// <param name="name">Its name in the published checkpoints, for messages.</param>
    /// <param name="weights">What to pack, of kernel 3.</param>
    /// <param name="inputBlocks">Channels of each input block.</param>
    /// <exception cref="FastSegException">Another kernel, or another number of channels than the layer before gives.</exception>
    public WinogradConvolution(string name, ConvolutionWeights weights, IReadOnlyList<int> inputBlocks)
    {
        if (weights.Kernel != 3)
        {
            throw new FastSegException($"The upsampler's \"{name}\" has a kernel of {weights.Kernel}; 3 was expected.");
        }
        (Inputs, Outputs, InputBlocks) = (weights.Inputs, weights.Outputs, inputBlocks.Count);
        _bias = new HostBuffer((long)OutputBlocks * Convolution.Lane * sizeof(float));
        for (int channel = 0; channel < OutputBlocks * Convolution.Lane; channel++)
        {
            Bias[channel] = channel < Outputs ? (float)weights.Bias[channel] : 0;
        }
        Points = [.. WeightFactors.Select(factors => new Convolution(name, weights.AlongRows(factors), inputBlocks))];
    }

    /// <summary>Channels in.</summary>
    public int Inputs { get; }

    /// <summary>Channels out.</summary>
    public int Outputs { get; }

    /// <summary>Blocks of output channels.</summary>
    public int OutputBlocks => Convolution.Blocks(Outputs);

    /// <summary>Blocks of input channels.</summary>
    public int InputBlocks { get; }

    /// <summary>For each point a convolution of three rows and one column, without bias.</summary>
    public Convolution[] Points { get; }

    /// <summary>One value an output channel, whole blocks.</summary>
    public float* Bias => (float*)_bias.Pointer;

    /// <summary>Bytes held.</summary>
    public long Bytes => _bias.Length + Points.Sum(point => point.Bytes);

    /// <inheritdoc/>
    public void Dispose()
    {
        _bias.Dispose();
        foreach (Convolution point in Points)
        {
            point.Dispose();
        }
    }
}
