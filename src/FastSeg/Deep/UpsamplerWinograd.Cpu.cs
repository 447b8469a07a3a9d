using FastSeg.Features;

namespace FastSeg.Deep;

/// <summary>Runs Winograd convolutions on rows of the rings; keeps the transformed rows that the window still needs.</summary>
internal sealed unsafe class WinogradCpuRows<TLanes, TVector>(UpsamplerPlan plan, UpsamplerRings rings, bool zeros)
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int Lane = Convolution.Lane;
    private const int Group = WinogradConvolution.Group;

    private readonly int[] _next = new int[plan.Stages.Count];

    /// <summary>Starts every convolution at the given rows of its result.</summary>
    public void Begin(ReadOnlySpan<int> firsts)
    {
        for (int s = 0; s < _next.Length; s++)
        {
            _next[s] = Math.Max(0, firsts[s] - 1);
        }
    }

    /// <summary>The next source row that a convolution transforms.</summary>
    public int Next(int s) => _next[s];

    /// <summary>Transforms that row.</summary>
    public void Transform(int s)
    {
        UpsamplerStage stage = plan.Stages[s];
        int row = _next[s]++, input = 0;
        TransformBlocks(s, stage.Source, row, ref input);
        if (stage.Second >= 0)
        {
            TransformBlocks(s, stage.Second, row, ref input);
        }
    }

    /// <summary>One row of the result, whose window's rows have been transformed.</summary>
    public void Filter(int s, int row, float* output, nint blockStride)
    {
        UpsamplerStage stage = plan.Stages[s];
        WinogradConvolution winograd = stage.Winograd!;
        int groups = Groups(s);
        const int Room = WinogradConvolution.GroupsAtATime;
        for (int start = 0; start < groups; start += Room)
        {
            int count = Math.Min(Room, groups - start);
            float* to = output + ((nint)(rings.First(s) + (start * Group)) * Lane);
            for (int block = 0; block < winograd.OutputBlocks; block += 2)
            {
                FilterPair(s, row, block, start, count, to + (block * blockStride), blockStride);
            }
        }
    }

    /// <summary>Some groups of a pair of output blocks.</summary>
    private void FilterPair(int s, int row, int block, int start, int count, float* output, nint blockStride)
    {
        UpsamplerStage stage = plan.Stages[s];
        WinogradConvolution winograd = stage.Winograd!;
        const nint Block = (WinogradConvolution.GroupsAtATime + UpsamplerRings.Slack) * Lane;
        for (int point = 0; point < WinogradConvolution.PointCount; point++)
        {
            ConvolutionRow reads = Reads(stage, s, row, point * rings.PointStride(s));
            reads.Channels = winograd.Points[point].EntryChannels;
            float* sums = rings.Sums + (point * 2 * Block);
            ConvolutionCpu<TLanes, TVector>.RunPair(winograd.Points[point], ref reads, block, start, count, sums, Block);
        }
        for (int i = 0; i < Math.Min(2, winograd.OutputBlocks - block); i++)
        {
            float* bias = winograd.Bias + ((block + i) * Lane);
            WinogradCpu<TLanes, TVector>.Finish(rings.Sums + (i * Block), 2 * Block, count, bias, Upsampler.LeakySlope, output + (i * blockStride));
        }
    }

    private int Groups(int s) => (rings.Last(s) - rings.First(s) + Group) / Group;

    private void TransformBlocks(int s, int source, int row, ref int input)
    {
        // The pixel before the first group: the column before, or padding.
        float* from = rings.Row(source, row) + ((nint)(rings.First(s) - 1) * Lane);
        for (int block = 0; block < plan.Stages[source].Blocks.Length; block++, input++)
        {
            float* points = rings.Points(s, row, input);
            WinogradCpu<TLanes, TVector>.Transform(from + (block * rings.BlockStride(source)), Groups(s), points, rings.PointStride(s));
        }
    }

    private ConvolutionRow Reads(UpsamplerStage stage, int s, int row, nint skip)
    {
        ConvolutionRow reads = default;
        reads.Sources = rings.Sources;
        (reads.Taps, reads.OutputStep) = (1, Lane);
        for (int tap = row - 1; tap <= row + 1; tap++)
        {
            bool outside = zeros && (tap < 0 || tap >= stage.Height);
            int read = Math.Clamp(tap, 0, stage.Height - 1);
            for (int block = 0; block < stage.Winograd!.InputBlocks; block++)
            {
                reads.Sources[reads.Entries++] = (nint)(outside ? rings.Zeros : rings.Points(s, read, block) + skip);
            }
        }
        return reads;
    }
}
