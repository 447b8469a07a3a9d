using FastSeg.Native;

namespace FastSeg.Forest;

/// <summary>
/// A few trees as they are evaluated on squares of 16 x 16 pixels: what pruning leaves of their splits, in an order in which children
/// come before parents, and their leaves. Every value is a leaf number, one byte a pixel, 256 bytes a square: a split chooses between
/// two of them and writes a third.
/// </summary>
internal sealed unsafe class TreeProgram : IDisposable
{
    /// <summary>Bytes of a square's bins or leaf numbers.</summary>
    public const int SquareBytes = 256;

    /// <summary>Most trees.</summary>
    public const int MaxTrees = 16;

    /// <summary>Most leaves of a tree: a leaf's number is a byte.</summary>
    public const int MaxLeaves = 256;

    /// <summary>No tree is added once there are so many splits; their results should stay in the L1 cache.</summary>
    private const int EnoughSplits = 80;

    private const int MaxSplits = EnoughSplits + MaxLeaves;

    // Vector stores may write up to a vector past the last split.
    private const int Arrays = MaxSplits + 64;

    private const int ResultsAt = MaxLeaves * SquareBytes;

    private readonly HostBuffer _buffer;

    /// <summary>Allocates the arrays.</summary>
    public TreeProgram()
    {
        _buffer = new HostBuffer(Bytes);
        Results = _buffer.Pointer;
        Tables = (float*)(Results + ResultsAt + (MaxSplits * SquareBytes));
        BinsOf = (int*)(Tables + (MaxTrees * MaxLeaves));
        Cut = (uint*)(BinsOf + Arrays);
        Left = (int*)(Cut + Arrays);
        Right = Left + Arrays;
        Root = Right + Arrays;
        Leaves = Root + MaxTrees;
        for (int leaf = 0; leaf < MaxLeaves; leaf++)
        {
            new Span<byte>(Results + (leaf * SquareBytes), SquareBytes).Fill((byte)leaf);
        }
    }

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes => ResultsAt + (MaxSplits * SquareBytes) + (sizeof(int) * ((MaxTrees * (MaxLeaves + 2)) + (4 * Arrays)));

    /// <summary>Squares of leaf numbers: first one of each constant 0 .. 255, then one for the result of each split.</summary>
    public byte* Results { get; }

    /// <summary>The leaves of each tree, <see cref="MaxLeaves"/> floats apart.</summary>
    public float* Tables { get; }

    /// <summary>For each split: where its bins begin within a square's planes, in bytes.</summary>
    public int* BinsOf { get; }

    /// <summary>For each split: its cut, in all four bytes.</summary>
    public uint* Cut { get; }

    /// <summary>For each split: where its left child's leaf numbers are in <see cref="Results"/>.</summary>
    public int* Left { get; }

    /// <summary>For each split: where its right child's leaf numbers are in <see cref="Results"/>.</summary>
    public int* Right { get; }

    /// <summary>For each tree: where its leaf numbers are in <see cref="Results"/>.</summary>
    public int* Root { get; }

    /// <summary>For each tree: how many leaves are left of it.</summary>
    public int* Leaves { get; }

    /// <summary>Trees so far.</summary>
    public int Trees { get; set; }

    /// <summary>Splits so far.</summary>
    public int Splits { get; set; }

    /// <summary>Whether the program should be run before another tree is added.</summary>
    public bool Full => Trees == MaxTrees || Splits >= EnoughSplits;

    /// <summary>Where the result of split number <paramref name="split"/> is in <see cref="Results"/>.</summary>
    public static int ResultOf(int split) => ResultsAt + (split * SquareBytes);

    /// <summary>Forgets the trees.</summary>
    public void Clear() => (Trees, Splits) = (0, 0);

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();
}
