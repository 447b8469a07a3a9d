using FastSeg.Native;

namespace FastSeg.Deep;

/// <summary>Where everything lies in a worker's buffer; offsets in floats, each a multiple of 16.</summary>
internal sealed unsafe class UpsamplerRooms
{
    private const int Lane = Convolution.Lane;

    private long _end;

    /// <summary>Adds up the rooms of a plan; the first is a row of zeros.</summary>
    public UpsamplerRooms(UpsamplerPlan plan)
    {
        int widest = Enumerable.Range(0, plan.Stages.Count).Max(s => Columns(plan, s)) + UpsamplerRings.Slack;
        Take((long)widest * Lane);
        Sources = Take(plan.Stages.Max(stage => Math.Max(
            Math.Max(stage.Convolution?.Entries ?? 0, stage.Winograd?.InputBlocks.Length ?? 0), stage.Doubling?.Taps[0].Entries ?? 0)) * (sizeof(nint) / sizeof(float)));
        Stages = new long[plan.Stages.Count];
        Tables = new long[plan.Stages.Count];
        long products = 0, points = 0;
        for (int s = 0; s < plan.Stages.Count; s++)
        {
            UpsamplerStage stage = plan.Stages[s];
            Stages[s] = Take((long)plan.MaxRows[s] * stage.Blocks.Length * Columns(plan, s) * Lane);
            if (stage.Winograd is WinogradConvolution winograd)
            {
                points = Math.Max(points, winograd.InputBlocks.Length);
            }
            if (stage.Kind == UpsamplerKind.DoubleColumns)
            {
                Tables[s] = Take((plan.MaxColumns[s] + (2 * DoublingConvolution.Radius)) * (sizeof(DoublingSource) / sizeof(float)));
                const long Taps = DoublingConvolution.Kernel * DoublingConvolution.Kernel;
                products = Math.Max(products, Taps * Lane * (plan.MaxColumns[stage.Source] + UpsamplerRings.Slack));
            }
        }
        Products = Take(products);
        long block = WinogradConvolution.PointCount * (long)(WinogradConvolution.GroupsAtATime + UpsamplerRings.Slack) * Lane;
        Points = Take(points * block);
        Sums = Take(2 * block);
        Room = Take(WinogradConvolution.Side * ((WinogradConvolution.Group * WinogradConvolution.GroupsInRoom) + 2) * Lane);
        Turned = Take((long)(UpsamplerPlan.PanelColumns + UpsamplerRings.Slack) * Lane);
    }

    /// <summary>A row's source pointers.</summary>
    public long Sources { get; }

    /// <summary>Each stage's ring.</summary>
    public long[] Stages { get; }

    /// <summary>Each doubling's columns.</summary>
    public long[] Tables { get; }

    /// <summary>A doubling's products.</summary>
    public long Products { get; }

    /// <summary>A panel of the result, channel by channel.</summary>
    public long Turned { get; }

    /// <summary>A Winograd convolution's points.</summary>
    public long Points { get; }

    /// <summary>A Winograd convolution's sums, a pair of blocks.</summary>
    public long Sums { get; }

    /// <summary>What its transformation leaves between its two directions.</summary>
    public long Room { get; }

    /// <summary>Bytes of the buffer.</summary>
    public long Bytes => _end * sizeof(float);

    /// <summary>Columns of a stored row, padding and slack included.</summary>
    public static int Columns(UpsamplerPlan plan, int stage) => plan.MaxColumns[stage] + (2 * plan.Stages[stage].Pad) + UpsamplerRings.Slack;

    private long Take(long floats)
    {
        long at = _end;
        _end += (floats + Lane - 1) / Lane * Lane;
        return at;
    }
}
