using FastSeg.Features;

namespace FastSeg.Deep;

/// <summary>Runs Winograd convolutions on rows of the rings: four rows at a time, some groups of columns at a time.</summary>
internal sealed unsafe class WinogradCpuRows<TLanes, TVector>(UpsamplerPlan plan, UpsamplerRings rings, bool zeros)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int Lane = Convolution.Lane;
    private const int Group = WinogradConvolution.Group;
    private const int Side = WinogradConvolution.Side;

    /// <summary>Floats of one point of one block: its groups, and what a register tile may read and write behind them.</summary>
    private static nint Block => (nint)(WinogradConvolution.GroupsAtATime + UpsamplerRings.Slack) * Lane;

    /// <summary>Rows <paramref name="row"/> .. + <paramref name="count"/> - 1 of the result, the first divisible by four.</summary>
    public void Filter(int s, int row, int count)
    {
        UpsamplerStage stage = plan.Stages[s];
        WinogradConvolution winograd = stage.Winograd!;
        int groups = (rings.Last(s) - rings.First(s) + Group) / Group, room = WinogradConvolution.GroupsAtATime;
        for (int start = 0; start < groups; start += room)
        {
            int some = Math.Min(room, groups - start), column = rings.First(s) + (start * Group);
            int block = Transform(winograd, stage.Source, 0, row, column, some);
            if (stage.Second >= 0)
            {
                Transform(winograd, stage.Second, block, row, column, some);
            }
            for (int pair = 0; pair < winograd.OutputBlocks; pair += 2)
            {
                Multiply(winograd, pair, some);
                Finish(s, pair, row, count, column, some);
            }
        }
    }

    /// <summary>All blocks of one source; returns the number of the block behind them.</summary>
    private int Transform(WinogradConvolution winograd, int source, int block, int row, int column, int groups)
    {
        UpsamplerStage stage = plan.Stages[source];
        float** rows = stackalloc float*[Side];
        for (int i = 0; i < stage.Blocks.Length; i++, block++)
        {
            for (int tap = 0; tap < Side; tap++)
            {
                int read = row - 1 + tap;
                // Past the image: zeros or the edge's row. Rows that no result needs still round into results, so always the same ones.
                rows[tap] = zeros && (read < 0 || read >= stage.Height)
                    ? rings.Zeros
                    : rings.Row(source, Math.Clamp(read, 0, stage.Height - 1)) + (i * rings.BlockStride(source)) + ((nint)(column - 1) * Lane);
            }
            float* points = rings.Points + (block * Block);
            for (int start = 0; start < groups; start += WinogradConvolution.GroupsInRoom)
            {
                int some = Math.Min(WinogradConvolution.GroupsInRoom, groups - start);
                WinogradCpu<TLanes, TVector>.Transform(
                    rows, winograd.InputBlocks[block], some, points + (start * Lane), winograd.InputBlocks.Length * Block, rings.Room);
                for (int tap = 0; tap < Side; tap++)
                {
                    rows[tap] += WinogradConvolution.GroupsInRoom * Group * Lane;
                }
            }
        }
        return block;
    }

    private void Multiply(WinogradConvolution winograd, int pair, int groups)
    {
        ConvolutionRow reads = default;
        reads.Sources = rings.Sources;
        (reads.Entries, reads.Taps, reads.OutputStep) = (winograd.InputBlocks.Length, 1, Lane);
        for (int point = 0; point < WinogradConvolution.PointCount; point++)
        {
            float* from = rings.Points + (point * reads.Entries * Block);
            for (int block = 0; block < reads.Entries; block++)
            {
                reads.Sources[block] = (nint)(from + (block * Block));
            }
            reads.Channels = winograd.Points[point].EntryChannels;
            ConvolutionCpu<TLanes, TVector>.RunPair(winograd.Points[point], ref reads, pair, 0, groups, rings.Sums + (point * 2 * Block), Block);
        }
    }

    private void Finish(int s, int pair, int row, int count, int column, int groups)
    {
        WinogradConvolution winograd = plan.Stages[s].Winograd!;
        float** outputs = stackalloc float*[Group];
        for (int i = 0; i < Math.Min(2, winograd.OutputBlocks - pair); i++)
        {
            for (int line = 0; line < count; line++)
            {
                outputs[line] = rings.Row(s, row + line) + ((pair + i) * rings.BlockStride(s)) + ((nint)column * Lane);
            }
            int channels = Math.Min(Lane, winograd.Outputs - ((pair + i) * Lane));
            float* bias = winograd.Bias + ((pair + i) * Lane);
            WinogradCpu<TLanes, TVector>.Finish(rings.Sums + (i * Block), 2 * Block, groups, bias, channels, plan.Stages[s].Slope, outputs, count);
        }
    }
}
