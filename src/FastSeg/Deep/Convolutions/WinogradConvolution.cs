using FastSeg.Native;

namespace FastSeg.Deep.Convolutions;

/// <summary>
/// A 3 x 3 convolution by Winograd's minimal filtering F(4 x 4, 3 x 3) (Lavin and Gray, "Fast Algorithms for Convolutional Neural
/// Networks", 2015): 16 neighbouring results take 36 products a channel pair instead of 144. The 6 x 6 inputs of a group of 4 x 4 results
/// are transformed into 36 points, down columns and then along rows; at each point the products are summed over input channels; the 36 sums
/// are transformed into 16 results. Groups start at rows and columns of the whole image that are divisible by four, so tiles do not change
/// a bit. The interpolation points are 0, +-3/4, +-3/2 and infinity, whose factors float32 holds exactly: on 67 random channels the largest
/// error is 6e-7 of the range, where 0, +-1, +-2 and infinity give 3e-6 (8e-7 when used along rows alone).
/// </summary>
internal sealed unsafe class WinogradConvolution : IDisposable
{
    /// <summary>Points along a side of a group.</summary>
    public const int Side = 6;

    /// <summary>Points of a group.</summary>
    public const int PointCount = Side * Side;

    /// <summary>Results along a side of a group.</summary>
    public const int Group = 4;

    /// <summary>
    /// Groups whose sums are computed together: the weights, which for 67 channels (0.7 MB) are more than a small L2 cache holds, are read
    /// once for all of them. Measured on AVX2 (512 KB of L2), 67 to 67 channels alone: 18 groups run at 59 GFLOP/s of 100, 24 at 65, 36 at
    /// 76, 54 at 79; inside the upsampler 24 at 66, 54 at 71, 66 at 72. Prefetching the next point's weights made it slower. On AVX-512 28,
    /// 42 and 70 groups take the same time (1 MB of L2), and with 195 channels 28 take a tenth longer (2 MB); 66, 70 and 84 differ by no
    /// more than 70 does from run to run (4 %). With vectors of 256 bits there, whose tiles are of 6 groups, 70 took 4 % longer than 66
    /// and 84.
    /// </summary>
    public const int GroupsAtATime = 66;

    /// <summary>Columns of a point's blocks: its groups, and what a register tile may read and write behind them.</summary>
    public const int PointColumns = (GroupsAtATime + Convolution.Slack) | 1;

    /// <summary>
    /// Floats from a point of so many blocks to the next one; an odd number of cache lines, since a group is written to 36 points at once.
    /// </summary>
    public static nint PointStride(int blocks) => (nint)((blocks * PointColumns) | 1) * Convolution.Lane;

    /// <summary>
    /// Most groups that are transformed together, and the number with vectors of 8 lanes; more would not fit the L1 cache between the two
    /// directions.
    /// </summary>
    public const int GroupsPerTransform = 18;

    /// <summary>The first pair of finite interpolation points: +-a.</summary>
    public const float Near = 0.75f;

    /// <summary>The second pair: +-b.</summary>
    public const float Far = 1.5f;

    private static readonly double[][] Factors = [.. WeightFactors()];

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
        (Inputs, Outputs, InputBlocks) = (weights.Inputs, weights.Outputs, [.. inputBlocks]);
        _bias = Convolution.PackBias(weights);
        Points = new Convolution[PointCount];
        for (int point = 0; point < PointCount; point++)
        {
            Points[point] = new Convolution(name, weights.AtPoint(Factors[point / Side], Factors[point % Side]), inputBlocks);
        }
    }

    /// <summary>Channels in.</summary>
    public int Inputs { get; }

    /// <summary>Channels out.</summary>
    public int Outputs { get; }

    /// <summary>Blocks of output channels.</summary>
    public int OutputBlocks => Convolution.Blocks(Outputs);

    /// <summary>Channels of each input block.</summary>
    public int[] InputBlocks { get; }

    /// <summary>For each point, row by row, a convolution of one pixel, without bias.</summary>
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

    /// <summary>
    /// The factors of a window's three taps at each point p: 1, p and p squared, over the product of p's distances to the other finite
    /// points; at infinity 0, 0, 1.
    /// </summary>
    private static IEnumerable<double[]> WeightFactors()
    {
        double[] points = [0, Near, -Near, Far, -Far];
        foreach (double point in points)
        {
            double distances = points.Where(other => other != point)
                .Aggregate(1.0, (product, other) => product * (point - other));
            yield return [1 / distances, point / distances, point * point / distances];
        }
        yield return [0, 0, 1];
    }
}
