namespace FastSeg.Forest;

/// <summary>
/// The vector operations the forest uses, so that its loops are written once for 16 and for 8 lanes. A vector of bytes holds four rows
/// of as many pixels as a vector of floats has lanes.
/// </summary>
/// <typeparam name="TInt">A vector of 32-bit lanes.</typeparam>
/// <typeparam name="TFloat">A vector of floats.</typeparam>
internal unsafe interface IForestLanes<TInt, TFloat>
{
    /// <summary>Lanes.</summary>
    static abstract int Count { get; }

    /// <summary>Reads floats.</summary>
    static abstract TFloat Load(float* source);

    /// <summary>The value in every lane.</summary>
    static abstract TFloat Broadcast(float value);

    /// <summary>Writes floats.</summary>
    static abstract void Store(TFloat value, float* destination);

    /// <summary>a + b.</summary>
    static abstract TFloat Add(TFloat a, TFloat b);

    /// <summary>NaN from the first value on that is NaN or infinite, else <paramref name="soFar"/>.</summary>
    static abstract TFloat Taint(TFloat soFar, TFloat value);

    /// <summary>Whether any lane is NaN.</summary>
    static abstract bool AnyNaN(TFloat value);

    /// <summary>Reads lanes.</summary>
    static abstract TInt Load(byte* source);

    /// <summary>Writes lanes.</summary>
    static abstract void Store(TInt value, byte* destination);

    /// <summary>The value in every lane.</summary>
    static abstract TInt Broadcast(uint* value);

    /// <summary>Writes bins as <see cref="Select"/> takes them.</summary>
    static abstract void StoreBins(TInt bins, byte* destination);

    /// <summary>A cut in every lane, as <see cref="Select"/> takes it.</summary>
    static abstract TInt BroadcastCut(uint* cut);

    /// <summary>Byte by byte: <paramref name="right"/> where the bin is above <paramref name="cut"/>, else <paramref name="left"/>.</summary>
    static abstract TInt Select(TInt bins, TInt cut, TInt left, TInt right);

    /// <summary>Byte by byte: <see cref="Select"/> where the label is <paramref name="own"/>, else the label.</summary>
    static abstract TInt Decide(TInt label, TInt own, TInt bins, TInt cut, TInt left, TInt right);

    /// <summary>The smaller bytes.</summary>
    static abstract TInt Min(TInt a, TInt b);

    /// <summary>The larger bytes.</summary>
    static abstract TInt Max(TInt a, TInt b);

    /// <summary>The least of all bytes.</summary>
    static abstract byte LeastByte(TInt value);

    /// <summary>The largest of all bytes.</summary>
    static abstract byte LargestByte(TInt value);

    /// <summary>A plane's thresholds as <see cref="Search"/> takes them.</summary>
    static abstract float* Thresholds(ForestTables tables, int plane);

    /// <summary>
    /// The path of the search for each value of a square, first step in the lowest bit: 1 where the value is not below the step's
    /// threshold; see <see cref="ForestTables.Search"/>.
    /// </summary>
    /// <param name="square">16 x 16 values.</param>
    /// <param name="search">The plane's thresholds: <see cref="Thresholds"/>.</param>
    /// <param name="levels">Steps.</param>
    /// <param name="paths">Receives 256 bytes: vectors of four rows; in which order each holds its pixels is its own affair.</param>
    static abstract void Search(float* square, float* search, int levels, byte* paths);

    /// <summary>Byte by byte: the number of thresholds not above the value, which is the path with its first step in the highest bit.</summary>
    static abstract TInt Sort(byte* table, TInt paths);

    /// <summary>Most leaves that <see cref="AddLeaves"/> takes.</summary>
    static abstract int FewLeaves { get; }

    /// <summary>A tree's leaves as the next two take them.</summary>
    /// <param name="leaves">The leaves; the next multiple of 16 may be read.</param>
    /// <param name="count">Leaves, up to 256.</param>
    /// <param name="scratch">256 floats to lay them out in.</param>
    static abstract float* Arrange(float* leaves, int count, float* scratch);

    /// <summary>Adds each pixel's leaf to its margin.</summary>
    /// <param name="labels">Leaf numbers: four rows of <see cref="Count"/> pixels, in the order of <see cref="Search"/>.</param>
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
