using FastSeg.Native;

namespace FastSeg.Deep;

/// <summary>Where everything lies in a worker's buffer; offsets in floats, each a multiple of 16.</summary>
internal sealed unsafe class UpsamplerRooms
{
    /// <summary>Transformed rows that are kept: the window's.</summary>
    public const int PointRows = 3;

    private const int Lane = Convolution.Lane;

    private long _end;

    /// <summary>Adds up the rooms of a plan; the first is a row of zeros.</summary>
    public UpsamplerRooms(UpsamplerPlan plan)
    {
        int widest = Enumerable.Range(0, plan.Stages.Count).Max(s => Columns(plan, s)) + UpsamplerRings.Slack;
        Take((long)widest * Lane);
        Sources = Take(plan.Stages.Max(stage => Math.Max(stage.Convolution?.Entries ?? 0, (stage.Winograd?.InputBlocks ?? 0) * PointRows)) * (sizeof(nint) / sizeof(float)));
        Stages = new long[plan.Stages.Count];
        Tables = new long[plan.Stages.Count];
        Points = new long[plan.Stages.Count];
        long products = 0, sums = 0;
        for (int s = 0; s < plan.Stages.Count; s++)
        {
            UpsamplerStage stage = plan.Stages[s];
            Stages[s] = Take((long)plan.MaxRows[s] * stage.Blocks.Length * Columns(plan, s) * Lane);
            if (stage.Winograd is WinogradConvolution winograd)
            {
                Points[s] = Take((long)PointRows * winograd.InputBlocks * PointStride(plan, s));
                sums = Math.Max(sums, WinogradConvolution.PointCount * 2 * (long)(WinogradConvolution.GroupsAtATime + UpsamplerRings.Slack) * Lane);
            }
            if (stage.Kind == UpsamplerKind.DoubleColumns)
            {
                Tables[s] = Take((plan.MaxColumns[s] + (2 * stage.Doubling!.Radius)) * (sizeof(DoublingSource) / sizeof(float)));
                int kernel = stage.Doubling.Kernel;
                products = Math.Max(products, (long)kernel * kernel * Lane * (plan.MaxColumns[stage.Source] + UpsamplerRings.Slack));
            }
        }
        Products = Take(products);
        Sums = Take(sums);
        Panel = Take((long)(UpsamplerPlan.PanelColumns + UpsamplerRings.Slack) * Lane);
        Turned = Take((long)(UpsamplerPlan.PanelColumns + UpsamplerRings.Slack) * Lane);
        Border = Take(UpsamplerBorder.Floats(plan));
    }

    /// <summary>A row's source pointers.</summary>
    public long Sources { get; }

    /// <summary>Each stage's ring.</summary>
    public long[] Stages { get; }

    /// <summary>Each doubling's columns.</summary>
    public long[] Tables { get; }

    /// <summary>A doubling's products.</summary>
    public long Products { get; }

    /// <summary>A panel of the result.</summary>
    public long Panel { get; }

    /// <summary>The same panel, channel by channel.</summary>
    public long Turned { get; }

    /// <summary>The border's pixels.</summary>
    public long Border { get; }

    /// <summary>Each Winograd convolution's transformed rows.</summary>
    public long[] Points { get; }

    /// <summary>A Winograd convolution's sums, a pair of blocks.</summary>
    public long Sums { get; }

    /// <summary>Bytes of the buffer.</summary>
    public long Bytes => _end * sizeof(float);

    /// <summary>Columns of a stored row, padding and slack included.</summary>
    public static int Columns(UpsamplerPlan plan, int stage) => plan.MaxColumns[stage] + (2 * plan.Stages[stage].Pad) + UpsamplerRings.Slack;

    /// <summary>Groups of four in a stored row of a Winograd convolution's points, slack included.</summary>
    public static int Groups(UpsamplerPlan plan, int stage) =>
        ((plan.MaxColumns[stage] + WinogradConvolution.Group - 1) / WinogradConvolution.Group) + UpsamplerRings.Slack;

    /// <summary>Floats of one row of one input block: all its points.</summary>
    public static long PointStride(UpsamplerPlan plan, int stage) => WinogradConvolution.PointCount * (long)Groups(plan, stage) * Lane;

    private long Take(long floats)
    {
        long at = _end;
        _end += (floats + Lane - 1) / Lane * Lane;
        return at;
    }
}
