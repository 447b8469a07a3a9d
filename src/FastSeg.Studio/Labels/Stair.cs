using System.Numerics;

namespace FastSeg.Studio.Labels;

/// <summary>
/// <c>floor((start + k * step) / divisor)</c> for k = 0, 1, 2, ...: where a straight line crosses one row of pixels after the other. Two
/// divisions at first, none afterwards, and exact.
/// </summary>
internal struct Stair<T> where T : IBinaryInteger<T>
{
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
        Value += _rise;
        _rest += _riseRest;
        if (_rest >= _divisor)
        {
            _rest -= _divisor;
            Value++;
        }
    }

    private static (T Quotient, T Remainder) Floor(T dividend, T divisor)
    {
        (T quotient, T rest) = T.DivRem(dividend, divisor);
        return T.IsNegative(rest) ? (quotient - T.One, rest + divisor) : (quotient, rest);
    }
}
