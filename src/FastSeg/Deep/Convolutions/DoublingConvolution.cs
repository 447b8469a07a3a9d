using FastSeg.Native;

namespace FastSeg.Deep.Convolutions;

/// <summary>
/// A convolution behind a bilinear doubling, computed in the other order. A tap of the convolution mixes channels of one pixel; doubling
/// mixes pixels of one channel. So each tap's 1 x 1 convolution K_t can run before the doubling, on a quarter of the pixels:
/// y(P) = bias + sum over taps t of D[K_t x](P + t), where D is the doubling. P + t is clamped to the image where padding repeats the edge;
/// with zeros, taps past the border are left out. Both are exact, borders included. Four pixels then share the K x K products of a channel
/// pair; shifting and interpolating takes 2 K + K multiply-adds a channel and window row: first along rows, into a sum for each window
/// row, then down columns.
/// </summary>
internal sealed unsafe class DoublingConvolution : IDisposable
{
    /// <summary>Taps a side.</summary>
    public const int Kernel = 3;

    /// <summary>Pixels the window reaches past its centre.</summary>
    public const int Radius = Kernel / 2;

    /// <summary>Most source pixels whose products are computed at a time.</summary>
    public const int WidestChunk = 36;

    /// <summary>
    /// Source pixels whose products are kept from chunk to chunk. The three taps of a doubled column lie between at most three of them, so
    /// a column that the last chunk could not finish needs no more than its last two.
    /// </summary>
    public const int KeptPixels = 2;

    /// <summary>Pixels of scratch for the products: those kept, a chunk, and what a register tile writes behind it.</summary>
    public const int ProductPixels = KeptPixels + WidestChunk + Convolution.Slack;

    private readonly HostBuffer _bias;

    /// <summary>Packs the taps.</summary>
    /// <param name="name">Its name in the published checkpoints, for messages.</param>
    /// <param name="weights">The convolution behind the doubling, of kernel 3.</param>
    /// <param name="inputBlocks">Channels of each input block.</param>
    /// <param name="align">Where the doubling takes its values.</param>
    public DoublingConvolution(string name, ConvolutionWeights weights, IReadOnlyList<int> inputBlocks, Align align)
    {
        if (weights.Kernel != Kernel)
        {
            throw new FastSegException(
                $"The upsampler's \"{name}\" has a kernel of {weights.Kernel}; behind a doubling, 3 was expected.");
        }
        (Outputs, Inputs, Align) = (weights.Outputs, weights.Inputs, align);
        _bias = Convolution.PackBias(weights);
        Taps = new Convolution[OutputBlocks];
        for (int block = 0; block < Taps.Length; block++)
        {
            Taps[block] = new Convolution(name, TapsOf(weights, block * Convolution.Lane), inputBlocks);
        }
    }

    /// <summary>Channels out.</summary>
    public int Outputs { get; }

    /// <summary>Channels in.</summary>
    public int Inputs { get; }

    /// <summary>Where the doubling takes its values.</summary>
    public Align Align { get; }

    /// <summary>Blocks of output channels.</summary>
    public int OutputBlocks => Convolution.Blocks(Outputs);

    /// <summary>For each output block: a 1 x 1 convolution whose output blocks are the window's taps, row by row.</summary>
    public Convolution[] Taps { get; }

    /// <summary>One value an output channel, whole blocks.</summary>
    public float* Bias => (float*)_bias.Pointer;

    /// <summary>Bytes held.</summary>
    public long Bytes => _bias.Length + Taps.Sum(taps => taps.Bytes);

    /// <inheritdoc/>
    public void Dispose()
    {
        _bias.Dispose();
        foreach (Convolution taps in Taps)
        {
            taps.Dispose();
        }
    }

    /// <summary>The 1 x 1 convolution whose output blocks are the taps of one output block.</summary>
    private static ConvolutionWeights TapsOf(ConvolutionWeights weights, int first)
    {
        var taps = new ConvolutionWeights(Kernel * Kernel * Convolution.Lane, weights.Inputs, 1);
        for (int tap = 0; tap < Kernel * Kernel; tap++)
        {
            for (int lane = 0; lane < Convolution.Lane && first + lane < weights.Outputs; lane++)
            {
                for (int i = 0; i < weights.Inputs; i++)
                {
                    taps[(tap * Convolution.Lane) + lane, i, 0, 0] = weights[first + lane, i, tap / Kernel, tap % Kernel];
                }
            }
        }
        return taps;
    }
}

/// <summary>The two neighbouring samples of one axis that a sample of the doubled axis lies between, and their weights.</summary>
internal readonly struct DoublingSource
{
    /// <summary>The first of them.</summary>
    public required int First { get; init; }

    /// <summary>From the first to the second: 1, or 0 where the axis has a single sample.</summary>
    public required int Step { get; init; }

    /// <summary>Weight of the first.</summary>
    public required float Near { get; init; }

    /// <summary>Weight of the second.</summary>
    public required float Far { get; init; }

    /// <summary>
    /// Where sample <paramref name="position"/> of the doubled axis lies on an axis of <paramref name="length"/> samples. Past the ends it
    /// lies at the last sample, or has weights of zero.
    /// </summary>
    public static DoublingSource At(int position, int length, Align align, bool zeros)
    {
        int doubled = 2 * length;
        Interpolation at = Resize.Doubled(Math.Clamp(position, 0, doubled - 1), length, align);
        float inside = zeros && (position < 0 || position >= doubled) ? 0 : 1;
        // At the last sample the pair moves back by one, so that there is always a second sample to read.
        return at.First == at.Second && length > 1
            ? new DoublingSource { First = at.First - 1, Step = 1, Near = 0, Far = inside }
            : new DoublingSource
            {
                First = at.First,
                Step = at.Second - at.First,
                Near = inside * (1 - at.Weight),
                Far = inside * at.Weight,
            };
    }
}
