using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// Stores values as bins: for each byte plane of a feature the number of the plane's thresholds that are not above the value. A feature has
/// no byte plane (the forest never asks for it), one, or several where it has more than 254 thresholds.
/// </summary>
/// <remarks>
/// The search tree's nodes have four thresholds and five children. A step is one read of 16 bytes, which the L1 cache holds, and a sum of
/// four comparisons; a binary search would read four times, and its threads would branch apart. 4 thresholds take one step, 24 two, 124
/// three, 254 four; a step is 20 instructions as ILGPU writes them. 1 byte is written.
/// A table of 256 places between the first and the last threshold, which gives the node to start from, was tried by count and left out. On
/// the Ni images it leaves a warp 2.2 steps instead of 3.2 (a model of 87 thresholds a feature) or 1.9 instead of 2.8 (49), because the
/// slowest of 32 lanes decides; a lane alone has 0.6 or 0.4 left. That spares 19 instructions. The place costs 13, one of them a conversion
/// to an integer at an eighth of the rate: about 20 slots.
/// </remarks>
public struct BinSink : IPlaneSink
{
    /// <summary>Byte planes x pixels.</summary>
    public ArrayView<byte> Bins;

    /// <summary>For each feature its byte planes.</summary>
    public ArrayView<BinRange> Features;

    /// <summary>For each byte plane its search tree.</summary>
    public ArrayView<BinPlane> Planes;

    /// <summary>The nodes of all search trees.</summary>
    public ArrayView<BinNode> Nodes;

    /// <summary>One element: becomes 1 when a value is not a number, which a bin cannot say; the tile is then not to be used.</summary>
    public ArrayView<int> NotANumber;

    /// <summary>Bytes from a plane to the next; at least the core's pixels.</summary>
    public int PlaneStride;

    /// <inheritdoc/>
    public void StoreSeven(int plane, int pixel, float a, float b, float c, float d, float e, float f, float g)
    {
        Store(plane, pixel, a);
        Store(plane + 1, pixel, b);
        Store(plane + 2, pixel, c);
        Store(plane + 3, pixel, d);
        Store(plane + 4, pixel, e);
        Store(plane + 5, pixel, f);
        Store(plane + 6, pixel, g);
    }

    /// <inheritdoc/>
    public void Store(int plane, int pixel, float value)
    {
        BinRange range = Features[plane];
        for (int bytes = range.First; bytes < range.End; bytes++)
        {
            BinPlane tree = Planes[bytes];
            int at = tree.First;
            do
            {
                BinNode node = Nodes[at];
                // The number of thresholds passed is the number of the child.
                at = (5 * at) + tree.Step
                    + (value >= node.A ? 1 : 0) + (value >= node.B ? 1 : 0) + (value >= node.C ? 1 : 0) + (value >= node.D ? 1 : 0);
            }
            while (at < tree.End);
            // Behind the last node there is a place for every bin.
            Bins[((long)bytes * PlaneStride) + pixel] = (byte)(at - tree.End);
        }
        if (float.IsNaN(value))
        {
            NotANumber[0] = 1;
        }
    }
}

/// <summary>The byte planes of a feature.</summary>
public struct BinRange
{
    /// <summary>The first one.</summary>
    public int First;

    /// <summary>The one behind the last.</summary>
    public int End;
}

/// <summary>
/// The search tree of a byte plane, level by level: the children of its node k are its nodes 5 k + 1 to 5 k + 5. A child behind the last
/// node is no node but a bin: the first such number is bin 0, the next bin 1.
/// </summary>
public struct BinPlane
{
    /// <summary>The root's place among all nodes.</summary>
    public int First;

    /// <summary>The place behind the last node.</summary>
    public int End;

    /// <summary>1 - 4 * <see cref="First"/>: the first child of the node at i is at 5 i + this.</summary>
    public int Step;

    /// <summary>Fills the struct up to 16 bytes, which are read at once.</summary>
    public int Unused;
}

/// <summary>
/// Four thresholds, ascending, that are read at once. NaN, which no value reaches, stands for missing ones, at the end.
/// </summary>
public struct BinNode
{
    /// <summary>Where the second child's values begin.</summary>
    public float A;

    /// <summary>Where the third child's values begin.</summary>
    public float B;

    /// <summary>Where the fourth child's values begin.</summary>
    public float C;

    /// <summary>Where the fifth child's values begin.</summary>
    public float D;
}
