using System.Numerics;
using System.Runtime.CompilerServices;

namespace FastSeg.Studio.Labels;

/// <summary>
/// <c>floor((start + k * step) / divisor)</c> for k = 0, 1, 2, ...: where a straight line crosses one row of pixels after the other. Two
/// divisions at first, none afterwards, and exact.
/// </summary>
internal struct Stair<T> where T : IBinaryInteger<T>
{
    private static int SignBit => (Unsafe.SizeOf<T>() * 8) - 1;

    private readonly T _rise, _riseRest, _divisor;
    private T _rest;

    /// <summary>Begins at k = 0.</summary>
    /// <param name="start">Dividend at first.</param>
    /// <param name="step">What is added to it each time.</param>
    /// <param name="divisor">Above 0.</param>
    public Stair(T start, T step, T divisor)
    {
        _divisor = divisor;
        (Value, _rest) = Floor(start, divisor);
        (_rise, _riseRest) = Floor(step, divisor);
    }

    /// <summary>The present quotient.</summary>
    public T Value { get; private set; }

    /// <summary>Goes to the next k.</summary>
    public void Next()
    {
        // Without a branch, which would be guessed wrong every other time: below is -1 where the rest stays under the divisor, else 0.
        T over = _rest + _riseRest - _divisor, below = over >> SignBit;
        _rest = over + (_divisor & below);
        Value += _rise + T.One + below;
    }

    private static (T Quotient, T Remainder) Floor(T dividend, T divisor)
    {
        (T quotient, T rest) = T.DivRem(dividend, divisor);
        return T.IsNegative(rest) ? (quotient - T.One, rest + divisor) : (quotient, rest);
    }
}
