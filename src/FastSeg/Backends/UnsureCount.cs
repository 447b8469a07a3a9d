using System.Runtime.CompilerServices;
namespace FastSeg.Backends;

/// <summary>
/// Counts unsure pixels: those whose label is hardly more probable than the next class. Every 16th pixel of every 16th row is looked at,
/// so that it costs nothing and the count depends on neither tiles nor threads.
/// </summary>
internal sealed unsafe class UnsureCount
{
    private const int Step = 16, First = Step / 2;

    /// <summary>Of fewer pixels no share is told.</summary>
    private const int Fewest = 16;

    private long _looked, _unsure;
    private float _factor = 2;

    /// <summary>What ln p of a sure label and of the next class differ by, at least; ln 2 unless it is set.</summary>
    public float Margin
    {
        get;
        set => (field, _factor) = (value, MathF.Exp(value));
    } = 0.6931472f;

    /// <summary>Pixels outside it are not looked at.</summary>
    public TileMask Mask { get; set; }

    /// <summary>The share of unsure pixels, 0 to 1; null where hardly any were looked at.</summary>
    public double? Share => _looked < Fewest ? null : (double)_unsure / _looked;

    /// <summary>Adds what another one has counted.</summary>
    public void Add(UnsureCount other)
    {
        _looked += other._looked;
        _unsure += other._unsure;
    }

    /// <summary>Looks at a row's sums of trees: one a class, or, of two classes, one alone.</summary>
    /// <param name="x">Column of the first pixel, in the image.</param>
    /// <param name="y">Row, in the image.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="margins">The first group's sums; the caller's memory, read during the call only.</param>
    /// <param name="stride">Floats from a group to the next.</param>
    /// <param name="groups">How many.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void TakeMargins(long x, long y, int width, float* margins, nint stride, int groups)
    {
        for (long at = Begin(x, y, width); at < x + width; at += Step)
        {
            float* pixel = margins + (at - x);
            (float most, float next) = groups == 1 ? (Math.Abs(*pixel), 0) : Largest(pixel, stride, groups);
            Count(at, y, most - next < Margin);
        }
    }

    /// <summary>Looks at a row's probabilities, or at numbers in their proportions; parameters as above.</summary>
    public void TakeValues(long x, long y, int width, float* values, nint stride, int classes)
    {
        for (long at = Begin(x, y, width); at < x + width; at += Step)
        {
            (float most, float next) = Largest(values + (at - x), stride, classes);
            Count(at, y, most < _factor * next);
        }
    }

    /// <summary>The first column that is looked at; behind the last one where the row is not.</summary>
    private static long Begin(long x, long y, int width) =>
        y % Step != First ? x + width : x + ((First + Step - (x % Step)) % Step);

    private static (float Most, float Next) Largest(float* values, nint stride, int count)
    {
        (float most, float next) = (float.NegativeInfinity, float.NegativeInfinity);
        for (int c = 0; c < count; c++)
        {
            float value = values[c * stride];
            (most, next) = value > most ? (value, most) : (most, Math.Max(next, value));
        }
        return (most, next);
    }

    private void Count(long x, long y, bool unsure)
    {
        if (Mask.Holds(x, y))
        {
            _looked++;
            _unsure += unsure ? 1 : 0;
        }
    }
}
