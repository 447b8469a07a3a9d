using FastSeg.Native;

namespace FastSeg.Forest;

/// <summary>
/// Turns the path of a search, first step in the lowest bit, into the number of thresholds passed, first step in the highest bit: for
/// each half of the path's byte, what its 16 values contribute.
/// </summary>
internal static unsafe class PathTables
{
    private const int MaxLevels = 8;

    private static readonly HostBuffer Tables = Create();

    private static readonly byte* First = Tables.Pointer;

    /// <summary>16 bytes for the lower half of a path of so many steps, 16 for the upper half behind them.</summary>
    public static byte* Of(int levels) => First + (32 * levels);

    private static HostBuffer Create()
    {
        var tables = new HostBuffer(32 * (MaxLevels + 1));
        for (int levels = 0; levels <= MaxLevels; levels++)
        {
            for (int value = 0; value < 16; value++)
            {
                int lower = 0, upper = 0;
                for (int bit = 0; bit < 4; bit++)
                {
                    int set = (value >> bit) & 1;
                    lower |= bit < levels ? set << (levels - 1 - bit) : 0;
                    upper |= bit + 4 < levels ? set << (levels - 5 - bit) : 0;
                }
                tables.Pointer[(32 * levels) + value] = (byte)lower;
                tables.Pointer[(32 * levels) + 16 + value] = (byte)upper;
            }
        }
        return tables;
    }
}
