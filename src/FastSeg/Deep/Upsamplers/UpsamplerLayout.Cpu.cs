using FastSeg.Deep.Convolutions;

namespace FastSeg.Deep.Upsamplers;

/// <summary>
/// Layout of the one buffer that a worker computes in: every stage's ring of rows, and scratch. Offsets are in floats, each a multiple
/// of 16.
/// </summary>
internal sealed unsafe class UpsamplerLayoutCpu
{
    private const int Lane = Convolution.Lane;

    private long _end;

    /// <summary>Adds up the parts for a plan. The first is a row of zeros, as wide as the widest stored row.</summary>
    public UpsamplerLayoutCpu(UpsamplerPlanCpu plan)
    {
        int widest = Enumerable.Range(0, plan.Stages.Count).Max(s => Columns(plan, s)) + Convolution.Slack;
        Take((long)widest * Lane);
        Sources = Take(plan.Stages.Max(MostSources) * (sizeof(nint) / sizeof(float)));
        Stages = new long[plan.Stages.Count];
        Tables = new long[plan.Stages.Count];
        int points = 0;
        for (int s = 0; s < plan.Stages.Count; s++)
        {
            UpsamplerStageCpu stage = plan.Stages[s];
            Stages[s] = Take((long)plan.MaxRows[s] * stage.Blocks.Length * Columns(plan, s) * Lane);
            if (stage.Winograd is WinogradConvolution winograd)
            {
                points = Math.Max(points, winograd.InputBlocks.Length);
            }
            if (stage.Kind == UpsamplerKindCpu.DoubleColumns)
            {
                int entries = plan.MaxColumns[s] + (2 * DoublingConvolution.Radius);
                Tables[s] = Take(entries * (sizeof(DoublingSource) / sizeof(float)));
            }
        }
        Products = Take(DoublingConvolution.Kernel * DoublingConvolution.Kernel * Lane * DoublingConvolution.ProductPixels);
        Points = Take(WinogradConvolution.PointCount * WinogradConvolution.PointStride(points));
        Sums = Take(WinogradConvolution.PointCount * WinogradConvolution.PointStride(2));
        Transformed = Take(WinogradConvolution.Side * ((WinogradConvolution.Group * WinogradConvolution.GroupsPerTransform) + 2) * Lane);
        Turned = Take((long)(UpsamplerPlanCpu.PanelColumns + Convolution.Slack) * Lane);
    }

    /// <summary>Pointers to what one row of a convolution reads.</summary>
    public long Sources { get; }

    /// <summary>The ring of each stage.</summary>
    public long[] Stages { get; }

    /// <summary>For each doubling, where its columns lie between the source's.</summary>
    public long[] Tables { get; }

    /// <summary>Products of a doubling's taps with a few pixels of the source.</summary>
    public long Products { get; }

    /// <summary>A panel of the result, channel by channel.</summary>
    public long Turned { get; }

    /// <summary>Points of a Winograd convolution.</summary>
    public long Points { get; }

    /// <summary>Sums of a Winograd convolution, for a pair of output blocks.</summary>
    public long Sums { get; }

    /// <summary>What a Winograd transformation leaves after its first direction.</summary>
    public long Transformed { get; }

    /// <summary>Bytes of the buffer.</summary>
    public long Bytes => _end * sizeof(float);

    /// <summary>
    /// Columns of a stored row, padding and slack included. An odd number: rows that lie a power of two apart would share the same few
    /// lines of a cache, and 1008 columns with their slack are one.
    /// </summary>
    public static int Columns(UpsamplerPlanCpu plan, int stage) =>
        (plan.MaxColumns[stage] + (2 * plan.Stages[stage].Pad) + Convolution.Slack) | 1;

    /// <summary>Most rows of blocks that one row of a stage reads at a time.</summary>
    private static int MostSources(UpsamplerStageCpu stage) => Math.Max(
        Math.Max(stage.Convolution?.Entries ?? 0, stage.Winograd?.InputBlocks.Length ?? 0), stage.Doubling?.Taps[0].Entries ?? 0);

    private long Take(long floats)
    {
        long at = _end;
        _end += (floats + Lane - 1) / Lane * Lane;
        return at;
    }
}
