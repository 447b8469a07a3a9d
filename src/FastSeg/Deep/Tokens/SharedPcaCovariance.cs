using System.Runtime.Intrinsics;
using FastSeg.Common;
using FastSeg.Deep.Backbones;
using FastSeg.Native;
using MathNet.Numerics.LinearAlgebra;

namespace FastSeg.Deep.Tokens;

/// <summary>
/// Running mean and covariance of tokens in float64. Sums are taken about the mean of the first view's tokens, so that nothing cancels.
/// Each element is one chain of additions over the tokens in order, whatever the threads and the vector width.
/// </summary>
internal sealed unsafe class SharedPcaCovariance : IDisposable
{
    private const int RowsAtOnce = 4, ColumnsAtOnce = 16, TokensAtOnce = 64;

    private readonly int _dimension;
    private readonly int _stride;
    private readonly double[] _shift;
    private readonly double[] _sum;
    private readonly HostBuffer _products;
    private HostBuffer _tokens = new(0);
    private long _count;

    /// <summary>Starts with no tokens.</summary>
    public SharedPcaCovariance(int dimension)
    {
        _dimension = dimension;
        _stride = Stride(dimension);
        _shift = new double[dimension];
        _sum = new double[dimension];
        _products = new HostBuffer((long)_stride * _stride * sizeof(double));
        new Span<byte>(_products.Pointer, checked((int)_products.Length)).Clear();
    }

    /// <summary>Bytes held for views of <paramref name="cells"/> cells.</summary>
    public static long Bytes(int dimension, int cells)
    {
        long stride = Stride(dimension);
        return (stride + cells) * stride * sizeof(double);
    }

    /// <summary>Tokens so far.</summary>
    public long Count => _count;

    /// <summary>Adds the tokens of one view.</summary>
    public void Add(TokenView tokens, int count, int threads)
    {
        if (_count == 0)
        {
            for (int number = 0; number < _dimension; number++)
            {
                for (int i = 0; i < count; i++)
                {
                    _shift[number] += tokens.First[(i * tokens.CellStride) + (number * tokens.NumberStride)] / (double)count;
                }
            }
        }
        double* shifted = Shifted(tokens, count);
        // A step computes a block of rows, and of these only the upper triangle: from the block's own columns on.
        int blocks = _stride / RowsAtOnce;
        Workers.Run(threads, blocks, new ComputeOptions(), (_, block) => Multiply(shifted, count, (int)block * RowsAtOnce));
        _count += count;
    }

    /// <summary>Mean token.</summary>
    public double[] Mean() => [.. _shift.Select((shift, number) => shift + (_sum[number] / _count))];

    /// <summary>Covariance (over n - 1), dimension x dimension.</summary>
    public Matrix<double> Covariance()
    {
        double* products = (double*)_products.Pointer;
        var covariance = Matrix<double>.Build.Dense(_dimension, _dimension);
        for (int i = 0; i < _dimension; i++)
        {
            for (int j = i; j < _dimension; j++)
            {
                double value = (products[((nint)i * _stride) + j] - (_sum[i] * _sum[j] / _count)) / Math.Max(1, _count - 1);
                covariance[i, j] = value;
                covariance[j, i] = value;
            }
        }
        return covariance;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _products.Dispose();
        _tokens.Dispose();
    }

    private static int Stride(int dimension) => (dimension + ColumnsAtOnce - 1) / ColumnsAtOnce * ColumnsAtOnce;

    /// <summary>Subtracts the shift from tokens, pads them with zeros, and adds them to the sums.</summary>
    private double* Shifted(TokenView tokens, int count)
    {
        long bytes = (long)count * _stride * sizeof(double);
        if (_tokens.Length < bytes)
        {
            _tokens.Dispose();
            _tokens = new HostBuffer(bytes);
        }
        double* shifted = (double*)_tokens.Pointer;
        for (int i = 0; i < count; i++)
        {
            double* row = shifted + ((nint)i * _stride);
            float* token = tokens.First + (i * tokens.CellStride);
            for (int number = 0; number < _dimension; number++)
            {
                row[number] = token[number * tokens.NumberStride] - _shift[number];
                _sum[number] += row[number];
            }
            new Span<double>(row + _dimension, _stride - _dimension).Clear();
        }
        return shifted;
    }

    /// <summary>
    /// products[i .. i + 3, j ..] += sum over tokens of x_i x_j. 4 x 16 sums stay in registers for 64 tokens, which with all their numbers
    /// fit the L2 cache.
    /// </summary>
    private void Multiply(double* tokens, int count, int i)
    {
        double* products = (double*)_products.Pointer;
        for (int first = 0; first < count; first += TokensAtOnce)
        {
            int last = Math.Min(count, first + TokensAtOnce);
            for (int j = i / ColumnsAtOnce * ColumnsAtOnce; j < _stride; j += ColumnsAtOnce)
            {
                double* sums = products + ((nint)i * _stride) + j, x = tokens + ((nint)first * _stride);
                if (Vector512.IsHardwareAccelerated)
                {
                    Tile512(sums, x, last - first, i, j);
                    continue;
                }
                // 16 registers hold 4 x 8 sums. Each sum adds in the same order either way.
                Tile256(sums, x, last - first, i, j);
                Tile256(sums + 8, x, last - first, i, j + 8);
            }
        }
    }

    /// <summary>Rows i .. i + 3 (p, q, r, s) by columns j .. j + 15, two vectors each.</summary>
    private void Tile512(double* p, double* x, int tokens, int i, int j)
    {
        double* q = p + _stride, r = q + _stride, s = r + _stride;
        Vector512<double> p0 = Vector512.Load(p), p1 = Vector512.Load(p + 8), q0 = Vector512.Load(q), q1 = Vector512.Load(q + 8);
        Vector512<double> r0 = Vector512.Load(r), r1 = Vector512.Load(r + 8), s0 = Vector512.Load(s), s1 = Vector512.Load(s + 8);
        for (int token = 0; token < tokens; token++, x += _stride)
        {
            Vector512<double> x0 = Vector512.Load(x + j), x1 = Vector512.Load(x + j + 8);
            Vector512<double> a = Vector512.Create(x[i]), b = Vector512.Create(x[i + 1]);
            Vector512<double> c = Vector512.Create(x[i + 2]), d = Vector512.Create(x[i + 3]);
            p0 = Vector512.FusedMultiplyAdd(a, x0, p0);
            p1 = Vector512.FusedMultiplyAdd(a, x1, p1);
            q0 = Vector512.FusedMultiplyAdd(b, x0, q0);
            q1 = Vector512.FusedMultiplyAdd(b, x1, q1);
            r0 = Vector512.FusedMultiplyAdd(c, x0, r0);
            r1 = Vector512.FusedMultiplyAdd(c, x1, r1);
            s0 = Vector512.FusedMultiplyAdd(d, x0, s0);
            s1 = Vector512.FusedMultiplyAdd(d, x1, s1);
        }
        p0.Store(p);
        p1.Store(p + 8);
        q0.Store(q);
        q1.Store(q + 8);
        r0.Store(r);
        r1.Store(r + 8);
        s0.Store(s);
        s1.Store(s + 8);
    }

    /// <summary>Rows i .. i + 3 (p, q, r, s) by columns j .. j + 7, two vectors each.</summary>
    private void Tile256(double* p, double* x, int tokens, int i, int j)
    {
        double* q = p + _stride, r = q + _stride, s = r + _stride;
        Vector256<double> p0 = Vector256.Load(p), p1 = Vector256.Load(p + 4), q0 = Vector256.Load(q), q1 = Vector256.Load(q + 4);
        Vector256<double> r0 = Vector256.Load(r), r1 = Vector256.Load(r + 4), s0 = Vector256.Load(s), s1 = Vector256.Load(s + 4);
        for (int token = 0; token < tokens; token++, x += _stride)
        {
            Vector256<double> x0 = Vector256.Load(x + j), x1 = Vector256.Load(x + j + 4);
            Vector256<double> a = Vector256.Create(x[i]), b = Vector256.Create(x[i + 1]);
            Vector256<double> c = Vector256.Create(x[i + 2]), d = Vector256.Create(x[i + 3]);
            p0 = Vector256.FusedMultiplyAdd(a, x0, p0);
            p1 = Vector256.FusedMultiplyAdd(a, x1, p1);
            q0 = Vector256.FusedMultiplyAdd(b, x0, q0);
            q1 = Vector256.FusedMultiplyAdd(b, x1, q1);
            r0 = Vector256.FusedMultiplyAdd(c, x0, r0);
            r1 = Vector256.FusedMultiplyAdd(c, x1, r1);
            s0 = Vector256.FusedMultiplyAdd(d, x0, s0);
            s1 = Vector256.FusedMultiplyAdd(d, x1, s1);
        }
        p0.Store(p);
        p1.Store(p + 4);
        q0.Store(q);
        q1.Store(q + 4);
        r0.Store(r);
        r1.Store(r + 4);
        s0.Store(s);
        s1.Store(s + 4);
    }
}
