using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastSeg.Native;
using FastSeg.Simd;

namespace FastSeg.Forest;

/// <summary>
/// Strips of two squares at a time, in vectors of one bit a pixel (AVX-512): bins every plane (<see cref="BitSearch"/>), compares it with
/// all of its thresholds (<see cref="PassedBits"/>), and evaluates whole trees from these comparisons (<see cref="SlicedTrees"/>).
/// </summary>
/// <remarks>
/// No step depends on the pixels' values, so noise is as fast as a smooth image. Splits of several trees that ask the same share the
/// comparison: 4233 splits of a regularised forest have 2794 thresholds, 11052 of a dense one 4812.
/// </remarks>
internal sealed unsafe class SlicedStrips : ForestStrips
{
    private readonly SlicedTrees _trees;
    private readonly HostBuffer _buffer;

    /// <summary>Where each plane's comparisons begin in <see cref="_passed"/>.</summary>
    private readonly int[] _places;

    /// <summary>A vector for each threshold, and one that is all zero.</summary>
    private readonly byte* _passed;

    /// <summary>The bins of the plane at hand.</summary>
    private readonly byte* _bins;

    /// <summary>For <see cref="PassedBits"/>.</summary>
    private readonly byte* _scratch;

    /// <summary>The margins of both squares.</summary>
    private readonly float* _margins;

    /// <summary>Both squares' values of one plane, completed where the band's right edge cuts them off.</summary>
    private readonly float* _staged;

    /// <summary>16 sums for each square; NaN where a value is not finite.</summary>
    private readonly float* _taint;

    /// <summary>Allocates what two squares need.</summary>
    /// <param name="tables">A forest that <see cref="SlicedTrees.Suits"/>.</param>
    public SlicedStrips(ForestTablesCpu tables) : base(tables)
    {
        _trees = new SlicedTrees(tables);
        _places = SlicedTrees.Places(tables);
        _buffer = new HostBuffer(BufferBytes(tables));
        _passed = _buffer.Pointer;
        _bins = _passed + SlicedTrees.PassedBytes(tables);
        _scratch = _bins + BitSearch.BinBytes;
        _margins = (float*)(_scratch + PassedBits.ScratchBytes);
        _staged = _margins + PixelBits.Pixels;
        _taint = _staged + PixelBits.Pixels;
        new Span<byte>(_passed, PixelBits.Bytes).Clear();
    }

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes(ForestTablesCpu tables) => SlicedTrees.Bytes(tables) + BufferBytes(tables);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _trees.Dispose();
        _buffer.Dispose();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Predict(in Band band, float* margins, nint groupStride, nint rowStride)
    {
        int squares = (band.Width + Side - 1) / Side;
        for (int y = 0; y < band.Height; y += Side)
        {
            var strip = new Area(0, y, band.Width, Math.Min(Side, band.Height - y));
            float* rows = margins + (y * rowStride);
            for (int square = 0; square < squares; square += PixelBits.Squares)
            {
                Compare(band, strip, square);
                AddLeaves(rows + (square * Side), groupStride, rowStride);
                int end = Math.Min(square + PixelBits.Squares, squares);
                for (int i = square; i < end; i++)
                {
                    Vector512<float> taint = Vector512.Load(_taint + ((i - square) * Side));
                    // A bin cannot say NaN or infinity: such a square's margins are computed anew, pixel by pixel.
                    if (!Vector512.EqualsAll(taint, taint))
                    {
                        WalkSquare(band, SquareOf(strip, i), rows, groupStride, rowStride);
                    }
                }
            }
            SquaresEvaluated += squares;
            SplitsEvaluated += (long)_trees.Splits * squares;
        }
    }

    private static long BufferBytes(ForestTablesCpu tables) =>
        SlicedTrees.PassedBytes(tables) + BitSearch.BinBytes + PassedBits.ScratchBytes
        + (((2 * PixelBits.Pixels) + (PixelBits.Squares * Side)) * sizeof(float));

    /// <summary>Compares every plane of two squares with its thresholds; where the band has one square more, it is taken twice.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Compare(in Band band, in Area strip, int square)
    {
        int planes = Tables.Planes, x = square * Side;
        int leftWidth = Math.Min(Side, strip.Width - x), rightWidth = Math.Min(Side, strip.Width - x - Side);
        new Span<float>(_taint, PixelBits.Squares * Side).Clear();
        for (int plane = 0; plane < planes; plane++)
        {
            float* left = band.Row(Tables.Feature[plane], strip.Y) + x, right = left + Side;
            // From a row to the same row of the next plane. Prefetch distance only; from a staged square the address points anywhere.
            nint ahead = (nint)(band.Row(Tables.Feature[Math.Min(plane + 1, planes - 1)], strip.Y) + x - left);
            nint rowStride = band.RowStride;
            if (rightWidth < Side)
            {
                Stage(left, rowStride, leftWidth, strip.Height, _staged);
                Stage(
                    rightWidth > 0 ? right : left, rowStride, rightWidth > 0 ? rightWidth : leftWidth, strip.Height,
                    _staged + Square.Pixels);
                left = _staged;
                right = _staged + Square.Pixels;
                rowStride = Side;
            }
            int levels = Tables.Levels[plane];
            BitSearch.Run(left, right, rowStride, strip.Height, ahead, Tables.Search(plane), levels, _bins, _taint);
            PassedBits.Expand(_bins, levels, Tables.Thresholds[plane], _scratch, _passed + _places[plane]);
        }
    }

    /// <summary>
    /// Computes the margins of two squares in one contiguous piece, because rows a power of two apart would evict each other from the
    /// cache, and copies them to the strip. Its rows have room for both, whatever the band's width.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddLeaves(float* rows, nint groupStride, nint rowStride)
    {
        for (int group = 0; group < Tables.Forest.Groups; group++, rows += groupStride)
        {
            new Span<float>(_margins, PixelBits.Pixels).Fill(Tables.Forest.BaseMargins[group]);
            _trees.AddLeavesOf(group, _passed, _margins);
            for (int y = 0; y < Side; y++)
            {
                Vector512.Load(_margins + (y * Side)).Store(rows + (y * rowStride));
                Vector512.Load(_margins + Square.Pixels + (y * Side)).Store(rows + (y * rowStride) + Side);
            }
        }
    }
}
