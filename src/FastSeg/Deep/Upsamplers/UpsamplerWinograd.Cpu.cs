using FastSeg.Deep.Convolutions;
using FastSeg.Simd;

namespace FastSeg.Deep.Upsamplers;

/// <summary>
/// Runs Winograd convolutions on rows of the rings: four rows at a time, and <see cref="WinogradConvolution.GroupsAtATime"/> groups of
/// four columns.
/// </summary>
internal sealed unsafe class UpsamplerWinogradCpu<TLanes, TVector>(UpsamplerPlanCpu plan, UpsamplerRingsCpu rings, bool zeros)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int Lane = Convolution.Lane;
    private const int Group = WinogradConvolution.Group;
    private const int Side = WinogradConvolution.Side;

    /// <summary>Floats of one point of one block: its groups, and what a register tile may read and write behind them.</summary>
    private static nint Block => (nint)WinogradConvolution.PointColumns * Lane;

    /// <summary>
    /// Groups transformed together. A vector of 16 lanes takes twice the memory of one of 8: with 6 groups rows, scratch and 36 points are
    /// 34 KB of L1 cache, with 18 they would be 97.
    /// </summary>
    private static int GroupsPerTransform => TLanes.Count < Lane ? WinogradConvolution.GroupsPerTransform : 6;

    /// <summary>Computes <paramref name="count"/> rows of the result from <paramref name="row"/> on, which is divisible by four.</summary>
    public void Filter(int s, int row, int count)
    {
        UpsamplerStageCpu stage = plan.Stages[s];
        WinogradConvolution winograd = stage.Winograd!;
        int groups = (rings.Last(s) - rings.First(s) + Group) / Group;
        for (int start = 0; start < groups; start += WinogradConvolution.GroupsAtATime)
        {
            int some = Math.Min(WinogradConvolution.GroupsAtATime, groups - start), column = rings.First(s) + (start * Group);
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

    /// <summary>Transforms all blocks of one source into points; returns the number of the block behind them.</summary>
    private int Transform(WinogradConvolution winograd, int source, int block, int row, int column, int groups)
    {
        UpsamplerStageCpu stage = plan.Stages[source];
        float** rows = stackalloc float*[Side];
        for (int i = 0; i < stage.Blocks.Length; i++, block++)
        {
            for (int tap = 0; tap < Side; tap++)
            {
                int read = row - 1 + tap;
                // Past the image lie zeros or the edge's row. All six rows enter the sums, also those that only rows past the image
                // need: so read fixed data there, otherwise rounding would depend on the tiling.
                rows[tap] = zeros && (read < 0 || read >= stage.Height)
                    ? rings.Zeros
                    : rings.Row(source, Math.Clamp(read, 0, stage.Height - 1))
                        + (i * rings.BlockStride(source)) + ((nint)(column - 1) * Lane);
            }
            float* points = rings.Points + (block * Block);
            for (int start = 0; start < groups; start += GroupsPerTransform)
            {
                int some = Math.Min(GroupsPerTransform, groups - start);
                nint pointStride = WinogradConvolution.PointStride(winograd.InputBlocks.Length);
                WinogradConvolutionCpu<TLanes, TVector>.Transform(
                    rows, winograd.InputBlocks[block], some, points + (start * Lane), pointStride, rings.Transformed);
                for (int tap = 0; tap < Side; tap++)
                {
                    rows[tap] += GroupsPerTransform * Group * Lane;
                }
            }
        }
        return block;
    }

    /// <summary>At each of the 36 points, sums the products over input channels: a 1 x 1 convolution whose pixels are the groups.</summary>
    private void Multiply(WinogradConvolution winograd, int pair, int groups)
    {
        ConvolutionRow reads = default;
        reads.Sources = rings.Sources;
        (reads.Entries, reads.Taps, reads.OutputStep) = (winograd.InputBlocks.Length, 1, Lane);
        for (int point = 0; point < WinogradConvolution.PointCount; point++)
        {
            float* from = rings.Points + (point * WinogradConvolution.PointStride(reads.Entries));
            for (int block = 0; block < reads.Entries; block++)
            {
                reads.Sources[block] = (nint)(from + (block * Block));
            }
            reads.Channels = winograd.Points[point].EntryChannels;
            float* sums = rings.Sums + (point * WinogradConvolution.PointStride(2));
            ConvolutionCpu<TLanes, TVector>.RunPair(winograd.Points[point], ref reads, pair, 0, groups, sums, Block);
        }
    }

    /// <summary>Turns a pair of blocks' sums into rows of the result.</summary>
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
            float* sums = rings.Sums + (i * Block);
            nint sumStride = WinogradConvolution.PointStride(2);
            WinogradConvolutionCpu<TLanes, TVector>.Finish(
                sums, sumStride, groups, bias, channels, plan.Stages[s].Slope, outputs, count);
        }
    }
}
