using FastSeg.Common;
using FastSeg.Deep.Backbones;
using FastSeg.Deep.Tokens;
using FastSeg.Images;

namespace FastSeg.Checks;

/// <summary>A window's mean tokens over images without any order in space, and how much of them is a function of the position.</summary>
internal sealed unsafe class PositionalBias
{
    /// <summary>Images of each kind, and components that are looked at.</summary>
    public const int ImagesOfAKind = 32, Components = 32;

    private readonly Backbone _backbone;
    private readonly int _side;
    private readonly float[] _mean;

    /// <summary>Runs the network.</summary>
    /// <param name="backbone">The network.</param>
    /// <param name="policy">Its windows and flips.</param>
    /// <param name="images">Images to shuffle, and how the network sees them; none for noise alone.</param>
    /// <param name="options">Threads, memory, progress and cancellation.</param>
    public PositionalBias(
        Backbone backbone, WindowPolicy policy, IReadOnlyList<(ImageReader Image, InputMap Map)> images, ComputeOptions options)
    {
        (_backbone, _side) = (backbone, policy.Tokens);
        int cells = _side * _side, dimension = backbone.Description.Dimension;
        double[] sums = new double[(long)cells * dimension];
        int count = images.Count == 0 ? ImagesOfAKind : 2 * ImagesOfAKind;
        long window = BackboneWindow.Bytes(backbone, _side, _side, policy.FlipAverage), pass = backbone.PassBytes(_side, _side);
        int atOnce = WindowsThatFit.Most(
            backbone.WindowsAtOnce(options.WorkerCount), options, count => count * (window + Backbone.PassBytesAtOnce(pass, count)));
        var windows = new BackboneWindow[Math.Min(atOnce, count)];
        var tokens = new TokenView[windows.Length];
        var random = new SplitMix64(0);
        try
        {
            for (int i = 0; i < windows.Length; i++)
            {
                windows[i] = new BackboneWindow(backbone, _side, _side, policy.FlipAverage);
            }
            Workers.RunInOrder(
                windows.Length, count, options,
                (worker, index) =>
                {
                    if (index < ImagesOfAKind)
                    {
                        BiasImages.Noise(random, backbone.Description, windows[worker]);
                        return;
                    }
                    (ImageReader image, InputMap map) = images[(int)index % images.Count];
                    BiasImages.Shuffled(random, backbone, image, map, windows[worker]);
                },
                (worker, index) => tokens[worker] = windows[worker].Forward(keep: index + windows.Length < count),
                (worker, _) => Add(tokens[worker], sums, cells, dimension));
        }
        finally
        {
            Array.ForEach(windows, window => window?.Dispose());
        }
        _mean = [.. sums.Select(sum => (float)(sum / count))];
    }

    /// <summary>The bias in the leading principal components of the mean map itself.</summary>
    public double OfLeadingComponents()
    {
        int dimension = _backbone.Description.Dimension;
        using var covariance = new SharedPcaCovariance(dimension);
        fixed (float* mean = _mean)
        {
            covariance.Add(new TokenView(mean, dimension, 1), _side * _side, _backbone.Threads);
        }
        return Of(SharedPcaFit.Decompose(_backbone, covariance, Math.Min(Components, dimension)));
    }

    /// <summary>The bias in the leading components of a projection.</summary>
    public double Of(SharedPca projection)
    {
        int cells = _side * _side;
        float[] planes = new float[projection.Channels * cells];
        fixed (float* mean = _mean, features = planes)
        {
            projection.Project(mean, cells, features, cells);
        }
        return R2(planes.AsSpan(0, Math.Min(Components, projection.Channels) * cells), _side, _side);
    }

    /// <summary>
    /// R2 of a least-squares fit of 1, x, y, x^2, x y and y^2 to every plane, averaged over planes by their variance: the share of all
    /// variance that the fits explain. 0 where nothing varies.
    /// </summary>
    /// <param name="planes">Planes of rows x columns values, back to back.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    public static double R2(ReadOnlySpan<float> planes, int rows, int columns)
    {
        int cells = rows * columns;
        double[][] polynomial = Polynomial(rows, columns);
        double all = 0, explained = 0;
        for (int plane = 0; plane < planes.Length / cells; plane++)
        {
            ReadOnlySpan<float> values = planes.Slice(plane * cells, cells);
            double mean = 0;
            foreach (float value in values)
            {
                mean += value / (double)cells;
            }
            double[] centred = new double[cells];
            for (int i = 0; i < cells; i++)
            {
                centred[i] = values[i] - mean;
            }
            all += Product(centred, centred);
            explained += polynomial.Sum(term => Math.Pow(Product(centred, term), 2));
        }
        return all > 0 ? explained / all : 0;
    }

    /// <summary>The terms behind the constant, made orthogonal to it and to one another, of unit length (modified Gram-Schmidt).</summary>
    private static double[][] Polynomial(int rows, int columns)
    {
        double At(int i, int count) => count == 1 ? 0 : (2.0 * i / (count - 1)) - 1;
        double[] Term(Func<double, double, double> of) =>
            [.. Enumerable.Range(0, rows * columns).Select(i => of(At(i % columns, columns), At(i / columns, rows)))];
        var terms = new List<double[]>();
        foreach (double[] term in (double[][])
        [
            Term((_, _) => 1), Term((x, _) => x), Term((_, y) => y), Term((x, _) => x * x), Term((x, y) => x * y), Term((_, y) => y * y),
        ])
        {
            double before = Product(term, term);
            foreach (double[] known in terms)
            {
                double part = Product(term, known);
                for (int i = 0; i < term.Length; i++)
                {
                    term[i] -= part * known[i];
                }
            }
            double length = Math.Sqrt(Product(term, term));
            // In one or two rows or columns some terms are others already.
            if (length * length > 1e-9 * before)
            {
                terms.Add([.. term.Select(value => value / length)]);
            }
        }
        return [.. terms.Skip(1)];
    }

    private static double Product(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static void Add(TokenView tokens, double[] sums, int cells, int dimension)
    {
        for (int cell = 0; cell < cells; cell++)
        {
            float* token = tokens.First + (cell * tokens.CellStride);
            for (int number = 0; number < dimension; number++)
            {
                sums[((long)cell * dimension) + number] += token[number * tokens.NumberStride];
            }
        }
    }
}
