using FastSeg.Features;

namespace FastSeg.Deep;

/// <summary>Computes the result's outermost rows and columns, strip by strip, for one worker.</summary>
internal sealed unsafe class UpsamplerBorderCpu<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int Lane = Convolution.Lane;

    private readonly UpsamplerPlan _plan;
    private readonly UpsamplerRings _rings;
    private readonly UpsamplerBorder _rooms;
    private readonly UpsamplerStage _result;
    private readonly int _source;
    private readonly bool _zeros;
    private int _first;

    /// <summary>Uses the rings' room.</summary>
    public UpsamplerBorderCpu(UpsamplerPlan plan, UpsamplerRings rings, bool zeros)
    {
        (_plan, _rings, _zeros) = (plan, rings, zeros);
        _rooms = new UpsamplerBorder(plan);
        _result = plan.Stages[^1];
        _source = plan.Stages[^2].Source;
    }

    /// <summary>Floats from a block of a border row to the next.</summary>
    public nint RowStride => (nint)(_rooms.Row / _plan.Network.BorderLast.OutputBlocks);

    /// <summary>Computes what a strip of the result has of the border: columns of its rows, and the first and last row.</summary>
    public void Compute(int top, int bottom, int left, int right)
    {
        _first = top;
        nint blocks = _plan.Network.BorderLast.OutputBlocks;
        const int Stride = UpsamplerRings.Slack * Lane;
        if (left == 0)
        {
            Chain(top, bottom, 0, 0, Columns(0), blocks * Stride, Stride);
        }
        if (right == _result.Width - 1)
        {
            Chain(top, bottom, right, right, Columns(1), blocks * Stride, Stride);
        }
        if (top == 0)
        {
            Chain(0, 0, left, right, Rows(0), 0, RowStride);
        }
        if (bottom == _result.Height - 1)
        {
            Chain(bottom, bottom, left, right, Rows(1), 0, RowStride);
        }
    }

    /// <summary>A block of the result's first row (0) or last row (1), from the strip's left column.</summary>
    public float* RowOf(int side, int block) => Rows(side) + (block * RowStride);

    /// <summary>A block of a pixel in the result's first column (0) or last column (1).</summary>
    public float* PixelOf(int side, int row, int block)
    {
        int blocks = _plan.Network.BorderLast.OutputBlocks;
        return Columns(side) + ((nint)(((row - _first) * blocks) + block) * UpsamplerRings.Slack * Lane);
    }

    private float* Rows(int side) => _rings.Border + _rooms.Enlarged + _rooms.Between + (side * _rooms.Row);

    private float* Columns(int side) => Rows(2) + (side * _rooms.Column);

    /// <summary>
    /// Enlarges, convolves and convolves again, for rows <paramref name="top"/> .. <paramref name="bottom"/> and columns
    /// <paramref name="left"/> .. <paramref name="right"/> of the result.
    /// </summary>
    private void Chain(int top, int bottom, int left, int right, float* output, nint rowStride, nint blockStride)
    {
        Upsampler network = _plan.Network;
        var enlarged = new BorderRows(_rings.Border, _result, top, bottom, left, right, 2, Convolution.Blocks(network.BorderUp.Inputs));
        for (int row = enlarged.Top; row <= enlarged.Bottom; row++)
        {
            Enlarge(enlarged, row);
        }
        float* room = _rings.Border + _rooms.Enlarged;
        var between = new BorderRows(room, _result, top, bottom, left, right, 1, network.BorderUp.OutputBlocks);
        for (int row = between.Top; row <= between.Bottom; row++)
        {
            Convolve(network.BorderUp, enlarged, row, between.Left, between.Right, between.Row(row), between.BlockStride);
            Pad(between, row);
        }
        for (int row = top; row <= bottom; row++)
        {
            float* to = output + ((row - top) * rowStride) - ((nint)left * Lane);
            Convolve(network.BorderLast, between, row, left, right, to, blockStride);
        }
    }

    private void Enlarge(in BorderRows rows, int row)
    {
        UpsamplerStage source = _plan.Stages[_source];
        Interpolation at = Resize.Aligned(row, source.Height, _result.Height);
        float* above = _rings.Row(_source, at.First), below = _rings.Row(_source, at.Second);
        for (int block = 0; block < rows.Blocks; block++)
        {
            nint skip = block * _rings.BlockStride(_source);
            float* output = rows.Row(row) + (block * rows.BlockStride);
            ResizeCpu<TLanes, TVector>.Bilinear(
                above + skip, below + skip, at.Weight, source.Width, _result.Width, rows.Left, rows.Right, output);
        }
        Pad(rows, row);
    }

    private void Pad(in BorderRows rows, int row)
    {
        for (int block = 0; block < rows.Blocks; block++)
        {
            UpsamplerRings.PadBlock(rows.Row(row) + (block * rows.BlockStride), rows.Left, rows.Right, _result.Width, 1, _zeros);
        }
    }

    private void Convolve(Convolution convolution, in BorderRows input, int row, int left, int right, float* output, nint blockStride)
    {
        ConvolutionRow reads = default;
        reads.Sources = _rings.Sources;
        reads.Channels = convolution.EntryChannels;
        (reads.Taps, reads.OutputStep) = (convolution.Kernel, Lane);
        for (int tap = -1; tap <= 1; tap++)
        {
            bool outside = _zeros && (row + tap < 0 || row + tap >= _result.Height);
            float* from = outside ? _rings.Zeros : input.Row(Math.Clamp(row + tap, 0, _result.Height - 1)) + ((nint)(left - 1) * Lane);
            for (int block = 0; block < input.Blocks; block++)
            {
                reads.Sources[reads.Entries++] = (nint)(from + (outside ? 0 : block * input.BlockStride));
            }
        }
        ConvolutionCpu<TLanes, TVector>.Run(convolution, ref reads, 0, right - left + 1, output + ((nint)left * Lane), blockStride);
    }

    /// <summary>A few rows of blocks around a part of the result, cut off at the image, with one column of padding.</summary>
    private readonly struct BorderRows(
        float* room, UpsamplerStage result, int top, int bottom, int left, int right, int reach, int blocks)
    {
        private readonly float* _room = room;

        public int Top { get; } = Math.Max(0, top - reach);

        public int Bottom { get; } = Math.Min(result.Height - 1, bottom + reach);

        public int Left { get; } = Math.Max(0, left - reach);

        public int Right { get; } = Math.Min(result.Width - 1, right + reach);

        public int Blocks { get; } = blocks;

        public nint BlockStride => (nint)(Right - Left + 3 + UpsamplerRings.Slack) * Lane;

        /// <summary>A row's first block, so that the image's column x is at the pointer plus 16 x.</summary>
        public float* Row(int row) => _room + ((row - Top) * Blocks * BlockStride) + ((nint)(1 - Left) * Lane);
    }
}
