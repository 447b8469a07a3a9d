using System.Runtime.CompilerServices;

namespace FastSeg.Kernels;

/// <summary>The three sums of a window: of weights, of shifted values and of their squares.</summary>
internal struct WindowSums
{
    /// <summary>Sum of w.</summary>
    public float Weight;

    /// <summary>Sum of w d.</summary>
    public float First;

    /// <summary>Sum of w d².</summary>
    public float Second;

    /// <summary>Adds a term to each sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(float tap, WindowSums term)
    {
        Weight = Fma.Of(tap, term.Weight, Weight);
        First = Fma.Of(tap, term.First, First);
        Second = Fma.Of(tap, term.Second, Second);
    }
}
