namespace FastSeg.Features;

/// <summary>
/// The vector operations the filters use, so that each loop is written once and the JIT specialises it for 8 and for 16 lanes. Every
/// operation is lane by lane and correctly rounded, so both widths give the same bits.
/// </summary>
/// <typeparam name="TVector">A vector of floats.</typeparam>
internal unsafe interface ILanes<TVector> where TVector : struct
{
    /// <summary>Floats in a vector; also the side of the square blocks that <see cref="Transpose"/> turns.</summary>
    static abstract int Count { get; }

    /// <summary>Reads a vector; any alignment.</summary>
    static abstract TVector Load(float* source);

    /// <summary>Writes a vector; any alignment.</summary>
    static abstract void Store(TVector value, float* destination);

    /// <summary>The value in every lane.</summary>
    static abstract TVector Broadcast(float value);

    /// <summary>a + b.</summary>
    static abstract TVector Add(TVector a, TVector b);

    /// <summary>a - b.</summary>
    static abstract TVector Subtract(TVector a, TVector b);

    /// <summary>a * b.</summary>
    static abstract TVector Multiply(TVector a, TVector b);

    /// <summary>a * b + c, rounded once.</summary>
    static abstract TVector Fma(TVector a, TVector b, TVector c);

    /// <summary>The smaller value; no NaN and no negative zero comes in.</summary>
    static abstract TVector Min(TVector a, TVector b);

    /// <summary>The larger value; no NaN and no negative zero comes in.</summary>
    static abstract TVector Max(TVector a, TVector b);

    /// <summary>Correctly rounded square root.</summary>
    static abstract TVector Sqrt(TVector a);

    /// <summary>The same bits as <see cref="Sqrt"/>, from multiply-adds where the divider would be the bottleneck.</summary>
    static abstract TVector SqrtByFma(TVector a);

    /// <summary>Lanes 1 and on of <paramref name="current"/>, then lane 0 of <paramref name="next"/>.</summary>
    static abstract TVector Shift1(TVector current, TVector next);

    /// <summary>Lanes 2 and on of <paramref name="current"/>, then lanes 0 and 1 of <paramref name="next"/>.</summary>
    static abstract TVector Shift2(TVector current, TVector next);

    /// <summary>Reads as many bytes as there are lanes and widens them.</summary>
    static abstract TVector LoadBytes(byte* source);

    /// <summary>Reads as many 16-bit samples as there are lanes and widens them.</summary>
    static abstract TVector LoadShorts(ushort* source);

    /// <summary>
    /// Transposes a square block: row i of the source starts at <c>source + i * stride</c>, row i of the result at
    /// <c>destination + i * step</c>. Result rows are stored in ascending order; a smaller step than Count lets them overlap.
    /// </summary>
    static abstract void Transpose(float* source, nint stride, float* destination, nint step);
}
