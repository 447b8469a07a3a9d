namespace FastSeg.Probabilities;

/// <summary>The guided filter on the CPU; see <see cref="GuidedFilter"/>. Every worker has one of its own.</summary>
internal sealed unsafe class GuidedFilterCpu : IDisposable
{
    private readonly int _classes;
    private readonly int _radius;
    private readonly float _epsilon;

    /// <summary>Allocates everything that tiles need.</summary>
    /// <param name="classes">Classes, at least 2.</param>
    /// <param name="radius">Radius of the boxes.</param>
    /// <param name="epsilon">Variance of the guide from which on an edge is kept.</param>
    /// <param name="bits">Width of the vectors, 256 or 512; 0 for the one that the process uses. Results do not depend on it.</param>
    public GuidedFilterCpu(int classes, int radius, double epsilon, int bits = 0)
    {
        _ = bits;
        (_classes, _radius, _epsilon) = (classes, radius, Math.Max((float)epsilon, GuidedFilter.LeastEpsilon));
    }

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes(int classes, int radius) => classes * radius * 0L;

    /// <summary>Smooths the pixels of a tile's core and hands them on row by row.</summary>
    public void Run<TRows>(in GuidedTileCpu tile, ref TRows rows) where TRows : struct, ISmoothedRows
    {
        Region outer = tile.Outer, core = tile.Core;
        int w = (int)outer.Width, h = (int)outer.Height, n = w * h;
        double[] count = new double[n], guide = new double[n], square = new double[n], mask = new double[n];
        for (int i = 0; i < n; i++)
        {
            mask[i] = tile.Mask == null || tile.Mask[i] != 0 ? 1 : 0;
            guide[i] = mask[i] * tile.Guide[i];
            square[i] = guide[i] * guide[i];
        }
        (count, double[] mean, double[] meanSquare) = (Sums(mask, w, h), Sums(guide, w, h), Sums(square, w, h));
        float[] result = new float[_classes * core.Width];
        var planes = new (double[] A, double[] B)[_classes];
        for (int c = 0; c < _classes; c++)
        {
            double[] p = new double[n], product = new double[n], a = new double[n], b = new double[n];
            for (int i = 0; i < n; i++)
            {
                p[i] = mask[i] * tile.Probabilities[((long)c * n) + i];
                product[i] = p[i] * guide[i];
            }
            (p, product) = (Sums(p, w, h), Sums(product, w, h));
            for (int i = 0; i < n; i++)
            {
                double part = mask[i] / Math.Max(count[i], 1), m = mean[i] * part;
                a[i] = ((product[i] * part) - (m * p[i] * part)) / (Math.Max((meanSquare[i] * part) - (m * m), 0) + _epsilon);
                b[i] = (p[i] * part) - (a[i] * m);
            }
            planes[c] = (Sums(a, w, h), Sums(b, w, h));
        }
        for (long y = core.Y; y < core.Bottom; y++)
        {
            for (long x = core.X; x < core.Right; x++)
            {
                long at = ((y - outer.Y) * w) + x - outer.X;
                for (int c = 0; c < _classes; c++)
                {
                    double g = ((planes[c].A[at] * tile.Guide[at]) + planes[c].B[at]) / Math.Max(count[at], 1);
                    result[(c * core.Width) + x - core.X] = (float)Math.Clamp(g, 0, 1);
                }
            }
            fixed (float* values = result)
            {
                rows.Take(core.X, y, (int)core.Width, values, (nint)core.Width);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private double[] Sums(double[] values, int w, int h)
    {
        double[] along = new double[values.Length], sums = new double[values.Length];
        for (int y = 0; y < h; y++)
        {
            for (int x = 0; x < w; x++)
            {
                for (int t = Math.Max(x - _radius, 0); t <= Math.Min(x + _radius, w - 1); t++)
                {
                    along[(y * w) + x] += values[(y * w) + t];
                }
            }
        }
        for (int y = 0; y < h; y++)
        {
            for (int t = Math.Max(y - _radius, 0); t <= Math.Min(y + _radius, h - 1); t++)
            {
                for (int x = 0; x < w; x++)
                {
                    sums[(y * w) + x] += along[(t * w) + x];
                }
            }
        }
        return sums;
    }
}
