using FastSeg.Deep.Weights;

namespace FastSeg.Deep.Convolutions;

/// <summary>
/// A square convolution (stride 1) with its bias in float64: as it is read, folded with its batch norm and composed with others, before it
/// is packed for CPU or GPU.
/// </summary>
internal sealed class ConvolutionWeights
{
    /// <summary>PyTorch's default, which the published networks keep.</summary>
    private const double BatchNormEpsilon = 1e-5;

    private readonly double[] _values;

    /// <summary>A square convolution of zeros.</summary>
    public ConvolutionWeights(int outputs, int inputs, int kernel)
    {
        Outputs = outputs;
        Inputs = inputs;
        Kernel = kernel;
        _values = new double[checked(outputs * inputs * kernel * kernel)];
        Bias = new double[outputs];
    }

    /// <summary>Channels out.</summary>
    public int Outputs { get; }

    /// <summary>Channels in.</summary>
    public int Inputs { get; }

    /// <summary>Rows and columns of the window, odd.</summary>
    public int Kernel { get; }

    /// <summary>One value an output channel.</summary>
    public double[] Bias { get; }

    /// <summary>The weight of a tap; row and column count from the window's corner.</summary>
    public ref double this[int output, int input, int row, int column] =>
        ref _values[(((((output * Inputs) + input) * Kernel) + row) * Kernel) + column];

    /// <summary>Reads <c>NAME.weight</c> and, where there is one, <c>NAME.bias</c>.</summary>
    /// <exception cref="FastSegException">The tensor is missing or its shape is no square, odd convolution.</exception>
    public static ConvolutionWeights Read(IReadOnlyDictionary<string, WeightTensor> tensors, string name)
    {
        WeightTensor weight = Get(tensors, $"{name}.weight");
        IReadOnlyList<long> shape = weight.Shape;
        if (shape.Count != 4 || shape[2] != shape[3] || shape[2] % 2 == 0 || shape[0] <= 0 || shape[1] <= 0)
        {
            throw new FastSegException(
                $"The upsampler's \"{weight.Name}\" has shape ({string.Join(", ", shape)}); "
                + "a square convolution with odd sides was expected.");
        }
        var read = new ConvolutionWeights(checked((int)shape[0]), checked((int)shape[1]), checked((int)shape[2]));
        for (int i = 0; i < read._values.Length; i++)
        {
            read._values[i] = weight.Values[i];
        }
        if (tensors.ContainsKey($"{name}.bias"))
        {
            float[] bias = Vector(tensors, $"{name}.bias", read.Outputs);
            for (int i = 0; i < bias.Length; i++)
            {
                read.Bias[i] = bias[i];
            }
        }
        return read;
    }

    /// <summary>
    /// Folds the batch norm <paramref name="name"/> (as in evaluation: running mean and variance) into this convolution:
    /// w' = w g / sqrt(v + eps), b' = (b - m) g / sqrt(v + eps) + beta.
    /// </summary>
    /// <exception cref="FastSegException">One of its tensors is missing or has another length.</exception>
    public ConvolutionWeights WithBatchNorm(IReadOnlyDictionary<string, WeightTensor> tensors, string name)
    {
        float[] gain = Vector(tensors, $"{name}.weight", Outputs), shift = Vector(tensors, $"{name}.bias", Outputs);
        float[] mean = Vector(tensors, $"{name}.running_mean", Outputs), variance = Vector(tensors, $"{name}.running_var", Outputs);
        var folded = new ConvolutionWeights(Outputs, Inputs, Kernel);
        int each = Inputs * Kernel * Kernel;
        for (int o = 0; o < Outputs; o++)
        {
            double factor = gain[o] / Math.Sqrt(variance[o] + BatchNormEpsilon);
            for (int i = 0; i < each; i++)
            {
                folded._values[(o * each) + i] = _values[(o * each) + i] * factor;
            }
            folded.Bias[o] = ((Bias[o] - mean[o]) * factor) + shift[o];
        }
        return folded;
    }

    /// <summary>
    /// This convolution followed by <paramref name="next"/> as one of kernel K1 + K2 - 1. Exact wherever the image's border is at least
    /// next's radius away, and everywhere when next has a single tap.
    /// </summary>
    public ConvolutionWeights Then(ConvolutionWeights next)
    {
        var composed = new ConvolutionWeights(next.Outputs, Inputs, Kernel + next.Kernel - 1);
        for (int o = 0; o < next.Outputs; o++)
        {
            composed.Bias[o] = next.Bias[o];
            for (int m = 0; m < Outputs; m++)
            {
                for (int tap = 0; tap < next.Kernel * next.Kernel; tap++)
                {
                    int row = tap / next.Kernel, column = tap % next.Kernel;
                    double outer = next[o, m, row, column];
                    composed.Bias[o] += outer * Bias[m];
                    AddShifted(composed, o, m, row, column, outer);
                }
            }
        }
        return composed;
    }

    /// <summary>
    /// A 1 x 1 convolution without bias: the sum of the taps, each times its row's factor and its column's. Winograd's filtering needs one
    /// for each of its points.
    /// </summary>
    public ConvolutionWeights AtPoint(ReadOnlySpan<double> rows, ReadOnlySpan<double> columns)
    {
        var sums = new ConvolutionWeights(Outputs, Inputs, 1);
        int taps = Kernel * Kernel;
        for (int i = 0; i < sums._values.Length; i++)
        {
            for (int tap = 0; tap < taps; tap++)
            {
                sums._values[i] += rows[tap / Kernel] * columns[tap % Kernel] * _values[(i * taps) + tap];
            }
        }
        return sums;
    }

    /// <summary>Adds this convolution's taps of one channel, moved by a tap of the next convolution, times that tap's weight.</summary>
    private void AddShifted(ConvolutionWeights composed, int output, int middle, int row, int column, double outer)
    {
        for (int i = 0; i < Inputs; i++)
        {
            for (int y = 0; y < Kernel; y++)
            {
                for (int x = 0; x < Kernel; x++)
                {
                    composed[output, i, row + y, column + x] += outer * this[middle, i, y, x];
                }
            }
        }
    }

    private static WeightTensor Get(IReadOnlyDictionary<string, WeightTensor> tensors, string name) =>
        tensors.TryGetValue(name, out WeightTensor? tensor)
            ? tensor
            : throw new FastSegException(
                $"The upsampler's weights have no tensor \"{name}\"; "
                + "they are of another network, or of another patch size than their configuration says.");

    private static float[] Vector(IReadOnlyDictionary<string, WeightTensor> tensors, string name, int length)
    {
        WeightTensor tensor = Get(tensors, name);
        return tensor.Values.Length == length
            ? tensor.Values
            : throw new FastSegException($"The upsampler's \"{name}\" has {tensor.Values.Length} values; its convolution needs {length}.");
    }
}
