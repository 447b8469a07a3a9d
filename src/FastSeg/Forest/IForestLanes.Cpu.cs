namespace FastSeg.Forest;

/// <summary>
/// The vector operations the forest uses, so that its loops are written once for 16 and for 8 lanes. A vector of bins or labels has one
/// byte a pixel and so holds four rows of as many pixels as a vector of floats has lanes.
/// </summary>
/// <typeparam name="TInt">A vector of 32-bit lanes.</typeparam>
internal unsafe interface IForestLanes<TInt>
{
    /// <summary>Lanes.</summary>
    static abstract int Count { get; }

    /// <summary>Reads lanes.</summary>
    static abstract TInt Load(byte* source);

    /// <summary>Writes lanes.</summary>
    static abstract void Store(TInt value, byte* destination);

    /// <summary>The value in every lane.</summary>
    static abstract TInt Broadcast(uint* value);

    /// <summary>A cut in every lane, as <see cref="Select"/> takes it.</summary>
    static abstract TInt BroadcastCut(uint* cut);

    /// <summary>
    /// Byte by byte: <paramref name="right"/> where the bin is above <paramref name="cut"/>, else <paramref name="left"/>.
    /// </summary>
    static abstract TInt Select(TInt bins, TInt cut, TInt left, TInt right);

    /// <summary>
    /// Byte by byte: <paramref name="right"/> where the label is <paramref name="own"/> and the bin above <paramref name="cut"/>, else the
    /// label.
    /// </summary>
    static abstract TInt Decide(TInt label, TInt own, TInt bins, TInt cut, TInt right);

    /// <summary>A plane's thresholds as <see cref="Bin"/> takes them.</summary>
    static abstract float* Thresholds(ForestTablesCpu tables, int plane);

    /// <summary>Bins one plane of one square: the number of thresholds not above each value.</summary>
    /// <param name="rows">The first row's 16 values.</param>
    /// <param name="rowStride">Floats to the next row.</param>
    /// <param name="height">Rows that exist; the last of them is repeated for the missing ones.</param>
    /// <param name="ahead">
    /// Floats from a row to the same row of the next plane. Prefetch distance only; the address may point anywhere.
    /// </param>
    /// <param name="square">Scratch for 16 x 16 values; <paramref name="rows"/> may point to it.</param>
    /// <param name="search">The plane's thresholds: <see cref="Thresholds"/>.</param>
    /// <param name="levels">Steps of the search.</param>
    /// <param name="bins">
    /// Receives 256 bytes, in vectors of four rows, as <see cref="Select"/> takes them. Each width orders the pixels within a vector its
    /// own way; <see cref="AddLeaves"/> of the same width undoes it.
    /// </param>
    /// <param name="least">Receives the least bin.</param>
    /// <param name="most">Receives the largest bin.</param>
    /// <returns>Whether every value is finite; otherwise the bins mean nothing.</returns>
    static abstract bool Bin(
        float* rows, nint rowStride, int height, nint ahead, float* square, float* search, int levels, byte* bins,
        out byte least, out byte most);

    /// <summary>Most leaves of a tree that <see cref="AddSmall"/> takes.</summary>
    static abstract int SmallLeaves { get; }

    /// <summary>
    /// Evaluates small trees on some squares and adds their leaves to the margins, which stay in registers from tree to tree.
    /// </summary>
    /// <param name="program">The trees.</param>
    /// <param name="first">The first tree.</param>
    /// <param name="end">The tree after the last.</param>
    /// <param name="bins">The first square's planes.</param>
    /// <param name="binStride">Bytes to the next square's planes.</param>
    /// <param name="margins">16 x 16 margins of the first square, those of the others behind them.</param>
    /// <param name="squares">Squares.</param>
    static abstract void AddSmall(TreeProgram program, int first, int end, byte* bins, nint binStride, float* margins, int squares);

    /// <summary>Most leaves that <see cref="AddLeaves"/> takes.</summary>
    static abstract int FewLeaves { get; }

    /// <summary>A tree's leaves as <see cref="AddLeaves"/> and <see cref="AddManyLeaves"/> take them.</summary>
    /// <param name="leaves">The leaves; up to the next multiple of 32 may be read.</param>
    /// <param name="count">Leaves, up to 256.</param>
    /// <param name="scratch">256 floats to lay them out in.</param>
    static abstract float* Arrange(float* leaves, int count, float* scratch);

    /// <summary>Adds each pixel's leaf to its margin.</summary>
    /// <param name="labels">Leaf numbers: four rows of <see cref="Count"/> pixels, in the order of <see cref="Bin"/>.</param>
    /// <param name="leaves">Up to <see cref="FewLeaves"/> leaves, arranged.</param>
    /// <param name="rows">The margins of the first row; rows are 16 floats apart.</param>
    static abstract void AddLeaves(TInt labels, float* leaves, float* rows);

    /// <summary>Adds each pixel's leaf to its margin, for a whole square and any number of leaves.</summary>
    /// <param name="labels">256 leaf numbers.</param>
    /// <param name="leaves">The leaves, arranged.</param>
    /// <param name="count">Leaves.</param>
    /// <param name="margins">16 x 16 margins.</param>
    static abstract void AddManyLeaves(byte* labels, float* leaves, int count, float* margins);
}
