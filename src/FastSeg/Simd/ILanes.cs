namespace FastSeg.Simd;

/// <summary>
/// The vector operations of the filters. A loop is written once over this interface, and the JIT compiles it for 8 and for 16 lanes.
/// Every operation works lane by lane and rounds correctly, so both widths give the same bits.
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

    /// <summary>Puts the value into every lane.</summary>
    static abstract TVector Broadcast(float value);

    /// <summary>a + b.</summary>
    static abstract TVector Add(TVector a, TVector b);

    /// <summary>a - b.</summary>
    static abstract TVector Subtract(TVector a, TVector b);

    /// <summary>a * b.</summary>
    static abstract TVector Multiply(TVector a, TVector b);

    /// <summary>a / b, correctly rounded.</summary>
    static abstract TVector Divide(TVector a, TVector b);

    /// <summary>a * b + c, rounded once.</summary>
    static abstract TVector Fma(TVector a, TVector b, TVector c);

    /// <summary>The smaller value. Operands are neither NaN nor -0, for which the order of the operands would count.</summary>
    static abstract TVector Min(TVector a, TVector b);

    /// <summary>The larger value. Operands are neither NaN nor -0, for which the order of the operands would count.</summary>
    static abstract TVector Max(TVector a, TVector b);

    /// <summary>In each lane <paramref name="above"/> where a &gt; b, and <paramref name="otherwise"/> elsewhere.</summary>
    static abstract TVector WhereAbove(TVector a, TVector b, TVector above, TVector otherwise);

    /// <summary>
    /// value * 2^n, where a lane of <paramref name="shifted"/> holds the whole number n plus 1.5 * 2^23. Neither the value nor the result
    /// is zero, denormal or infinite.
    /// </summary>
    static abstract TVector TimesPowerOfTwo(TVector value, TVector shifted);

    /// <summary>The square root, correctly rounded, from the divider.</summary>
    static abstract TVector Sqrt(TVector a);

    /// <summary>
    /// The same bits as <see cref="Sqrt"/>, but from multiply-adds where those are faster: for loops that keep the divider busy already.
    /// </summary>
    static abstract TVector SqrtByFma(TVector a);

    /// <summary>
    /// The values one column to the right: lanes 1 and on of <paramref name="current"/>, then lane 0 of <paramref name="next"/>.
    /// </summary>
    static abstract TVector Shift1(TVector current, TVector next);

    /// <summary>
    /// The values two columns to the right: lanes 2 and on of <paramref name="current"/>, then lanes 0 and 1 of <paramref name="next"/>.
    /// </summary>
    static abstract TVector Shift2(TVector current, TVector next);

    /// <summary>As <see cref="Shift2"/>, four columns to the right.</summary>
    static abstract TVector Shift4(TVector current, TVector next);

    /// <summary>As <see cref="Shift2"/>, eight columns to the right; of eight lanes that is <paramref name="next"/>.</summary>
    static abstract TVector Shift8(TVector current, TVector next);

    /// <summary>Reads one byte a lane and converts it to float.</summary>
    static abstract TVector LoadBytes(byte* source);

    /// <summary>Reads one signed byte a lane and converts it to float.</summary>
    static abstract TVector LoadSignedBytes(sbyte* source);

    /// <summary>Reads one 16-bit sample a lane and converts it to float.</summary>
    static abstract TVector LoadShorts(ushort* source);

    /// <summary>As <see cref="LoadShorts"/>, for signed samples.</summary>
    static abstract TVector LoadSignedShorts(short* source);

    /// <summary>Cuts values of 0 to 65535 off to whole numbers and stores them as 16-bit samples.</summary>
    static abstract void StoreShorts(TVector value, ushort* destination);

    /// <summary>
    /// Transposes a square block: row i of the source starts at <c>source + i * stride</c>, row i of the result at
    /// <c>destination + i * step</c>. Result rows are stored in ascending order, so with a step below <see cref="Count"/> each one
    /// overwrites the end of the one before.
    /// </summary>
    static abstract void Transpose(float* source, nint stride, float* destination, nint step);
}
