namespace FastSeg.Probabilities;

/// <summary>
/// The order in which values of a box of length x length pixels are summed: first down each column, then along the row. It depends on a
/// pixel's place in the image only, so tiles, vector widths and backends give the same bits. Values beyond the image are 0.
/// </summary>
/// <remarks>
/// Down a column (van Herk's and Gil and Werman's scheme for minima): rows are in blocks of <c>length</c>, which begin at multiples of it
/// in the image. A box reaches over at most two blocks. Its rows in the upper block are added from the block's end upwards, those in the
/// lower block from its beginning downwards, each from 0 on, and then the two sums. The guided filter's second boxes have blocks that begin
/// radius rows higher.
/// Along a row: s1 is the column sums, and each s2k[i] = sk[i] + sk[i + k]. The sum over i to i + length - 1 is s1[i + length - 1], to
/// which the other powers of two that make up the length are added from the smallest to the largest, each where the larger ones end:
/// k at i + (length with the bits of k and below taken off).
/// </remarks>
internal static class BoxSums
{
    /// <summary>Pixels of a box's side.</summary>
    public static int Length(int radius) => (2 * radius) + 1;

    /// <summary>Number of the block of <paramref name="length"/> rows that holds a row; rows above the image have negative ones.</summary>
    public static long Block(long row, int length) => row >= 0 ? row / length : -((length - 1 - row) / length);
}
