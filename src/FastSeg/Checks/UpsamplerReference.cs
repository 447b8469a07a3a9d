using FastSeg.Deep.Weights;

namespace FastSeg.Checks;

/// <summary>
/// The convolutional upsampler in scalar float64, layer after layer over the whole image, straight from its definition: no batch norm is
/// folded into a convolution, and no two convolutions are composed.
/// </summary>
/// <param name="config">The network's sizes.</param>
/// <param name="tensors">The network's weights, by the names of PyTorch's modules.</param>
internal sealed class UpsamplerReference(UpsamplerConfig config, IEnumerable<WeightTensor> tensors)
{
    private readonly Dictionary<string, WeightTensor> _tensors = tensors.ToDictionary(tensor => tensor.Name);

    /// <summary>The result for an image (3 planes of samples from 0 to 1) and low-resolution features.</summary>
    public ReferencePlanes Run(ReferencePlanes image, ReferencePlanes features)
    {
        ReferencePlanes guidance = Guidance(image);
        int levels = config.Levels;
        var pyramid = new ReferencePlanes[levels];
        for (int i = 0; i < levels; i++)
        {
            ReferencePlanes pooled = Pool(i == 0 ? guidance : pyramid[i - 1]);
            ReferencePlanes y = Double($"downsampler.downsample_layers.{i}.maxpool_conv.1.double_conv", pooled);
            pyramid[i] = Concat(y, Nearest(guidance, y.Height, y.Width));
        }
        pyramid[^1] = Nearest(pyramid[^1], Math.Max(1, image.Height / config.Patch), Math.Max(1, image.Width / config.Patch));

        ReferencePlanes x = Double("upsampler.inp_conv.double_conv", config.NormaliseL1 ? Normalised(features) : features);
        for (int i = 0; i < levels; i++)
        {
            ReferencePlanes guide = pyramid[levels - 1 - i];
            x = Double($"upsampler.upsamples.{i}.conv.double_conv", Concat(Nearest(x, guide.Height, guide.Width), guide));
            x = Convolve($"upsampler.upsamples.{i}.up.1", Bilinear(x));
        }
        return Nearest(Convolve("upsampler.mlp", Convolve("upsampler.outp_conv", x)), image.Height, image.Width);
    }

    /// <summary>Planes whose values are a function of channel, row and column.</summary>
    private static ReferencePlanes Map(int channels, int height, int width, Func<int, int, int, double> value)
    {
        var planes = new ReferencePlanes(channels, height, width);
        for (int c = 0; c < channels; c++)
        {
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    planes[c, y, x] = value(c, y, x);
                }
            }
        }
        return planes;
    }

    /// <summary>The channels of two results of the same size, one after the other.</summary>
    private static ReferencePlanes Concat(ReferencePlanes a, ReferencePlanes b) =>
        new(a.Channels + b.Channels, a.Height, a.Width, [.. a.Values, .. b.Values]);

    /// <summary>A nearest-neighbour resize.</summary>
    private static ReferencePlanes Nearest(ReferencePlanes x, int height, int width) =>
        Map(x.Channels, height, width, (c, row, column) =>
            x[c, NearestSource(row, x.Height, height), NearestSource(column, x.Width, width)]);

    /// <summary>
    /// The source pixel of a nearest-neighbour resize. It is computed in float32, as PyTorch does, because the rounding decides which pixel
    /// it is.
    /// </summary>
    private static int NearestSource(int destination, int input, int output)
    {
        float ratio = (float)input / output;
        float position = destination * ratio;
        return Math.Min((int)MathF.Floor(position), input - 1);
    }

    /// <summary>A bilinear resize to twice the size.</summary>
    private ReferencePlanes Bilinear(ReferencePlanes x) => Map(x.Channels, 2 * x.Height, 2 * x.Width, (c, row, column) =>
    {
        double v = DoubledSource(row, x.Height), u = DoubledSource(column, x.Width);
        int y0 = (int)v, x0 = (int)u, y1 = Math.Min(y0 + 1, x.Height - 1), x1 = Math.Min(x0 + 1, x.Width - 1);
        double b = v - y0, a = u - x0;
        return ((1 - b) * (((1 - a) * x[c, y0, x0]) + (a * x[c, y0, x1]))) + (b * (((1 - a) * x[c, y1, x0]) + (a * x[c, y1, x1])));
    });

    /// <summary>
    /// Where a doubled axis's sample lies among the axis's: the corners of both at the same place (align_corners), or each sample in the
    /// middle of its pixel and none outside of the first and last one's.
    /// </summary>
    private double DoubledSource(int destination, int length) => config.Align == Align.Corners
        ? (double)destination * (length - 1) / ((2 * length) - 1)
        : Math.Clamp(((destination + 0.5) / 2) - 0.5, 0, length - 1);

    /// <summary>Maxima of 2 x 2 pixels, half the size; a side of one pixel stays.</summary>
    private static ReferencePlanes Pool(ReferencePlanes x)
    {
        (int height, int width) = (Math.Max(1, x.Height / 2), Math.Max(1, x.Width / 2));
        return Map(x.Channels, height, width, (c, row, column) =>
        {
            int y1 = Math.Min((2 * row) + 1, x.Height - 1), x1 = Math.Min((2 * column) + 1, x.Width - 1);
            return Math.Max(Math.Max(x[c, 2 * row, 2 * column], x[c, 2 * row, x1]), Math.Max(x[c, y1, 2 * column], x[c, y1, x1]));
        });
    }

    /// <summary>Every pixel's channels divided by the sum of their magnitudes.</summary>
    private static ReferencePlanes Normalised(ReferencePlanes x) => Map(x.Channels, x.Height, x.Width, (c, row, column) =>
        x[c, row, column] / Math.Max(1e-12, Enumerable.Range(0, x.Channels).Sum(channel => Math.Abs(x[channel, row, column]))));

    /// <summary>The image's samples, scaled and normalised with the mean and deviation of each colour.</summary>
    private ReferencePlanes Guidance(ReferencePlanes image) => Map(3, image.Height, image.Width, (c, row, column) =>
        ((config.GuidanceScale * image[c, row, column]) - config.GuidanceMean[c]) / config.GuidanceStd[c]);

    /// <summary>Two layers, each of a convolution, a batch norm (with 1e-5 added to the variance) and a leaky ReLU of slope 0.01.</summary>
    private ReferencePlanes Double(string name, ReferencePlanes x)
    {
        foreach (int i in (int[])[0, 3])
        {
            ReferencePlanes y = Convolve($"{name}.{i}", x);
            float[] gain = Values($"{name}.{i + 1}.weight"), shift = Values($"{name}.{i + 1}.bias");
            float[] mean = Values($"{name}.{i + 1}.running_mean"), variance = Values($"{name}.{i + 1}.running_var");
            x = Map(y.Channels, y.Height, y.Width, (c, row, column) =>
            {
                double value = ((y[c, row, column] - mean[c]) / Math.Sqrt(variance[c] + 1e-5) * gain[c]) + shift[c];
                return value > 0 ? value : 0.01 * value;
            });
        }
        return x;
    }

    /// <summary>A convolution. Taps outside the image count as zero or repeat the edge, as the network's padding says.</summary>
    private ReferencePlanes Convolve(string name, ReferencePlanes x)
    {
        WeightTensor weight = _tensors[$"{name}.weight"];
        float[]? bias = _tensors.GetValueOrDefault($"{name}.bias")?.Values;
        int size = (int)weight.Shape[2], radius = size / 2;
        return Map((int)weight.Shape[0], x.Height, x.Width, (c, row, column) =>
        {
            double sum = bias?[c] ?? 0;
            int at = c * x.Channels * size * size;
            for (int i = 0; i < x.Channels; i++)
            {
                for (int tap = 0; tap < size * size; tap++, at++)
                {
                    int y = row + (tap / size) - radius, u = column + (tap % size) - radius;
                    bool inside = y >= 0 && y < x.Height && u >= 0 && u < x.Width;
                    if (inside || config.Padding == Padding.Replicate)
                    {
                        sum += weight.Values[at] * x[i, Math.Clamp(y, 0, x.Height - 1), Math.Clamp(u, 0, x.Width - 1)];
                    }
                }
            }
            return sum;
        });
    }

    /// <summary>A tensor's values.</summary>
    private float[] Values(string name) => _tensors[name].Values;
}
