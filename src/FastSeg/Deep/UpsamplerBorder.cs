namespace FastSeg.Deep;

/// <summary>
/// How the border's rooms are laid out. The result's outermost rows and columns are computed by the last convolutions one after the
/// other, over strips of a few rows or columns: three of enlarged features, two of what lies between, one of the result.
/// </summary>
internal readonly struct UpsamplerBorder
{
    private const int Lane = Convolution.Lane;

    /// <summary>Enlarged pixels (and in-between pixels, one fewer) that the outermost pixel reads at either side.</summary>
    public const int Reach = 2;

    /// <summary>Looks the sizes up.</summary>
    public UpsamplerBorder(UpsamplerPlan plan)
    {
        int width = plan.MaxColumns[^1] + (2 * Reach) + 2 + UpsamplerRings.Slack;
        const int Narrow = 1 + (2 * Reach) + 2 + UpsamplerRings.Slack;
        const int Tall = UpsamplerPlan.StripRows + (2 * Reach);
        long pixels = Math.Max((long)width * (1 + (2 * Reach)), (long)Narrow * Tall);
        Upsampler network = plan.Network;
        Enlarged = pixels * Convolution.Blocks(network.BorderUp.Inputs) * Lane;
        Between = pixels * network.BorderUp.OutputBlocks * Lane;
        Row = (long)width * network.BorderLast.OutputBlocks * Lane;
        Column = (long)UpsamplerPlan.StripRows * network.BorderLast.OutputBlocks * UpsamplerRings.Slack * Lane;
    }

    /// <summary>Floats of the enlarged features.</summary>
    public long Enlarged { get; }

    /// <summary>Floats of what lies between.</summary>
    public long Between { get; }

    /// <summary>Floats of the result's first or last row.</summary>
    public long Row { get; }

    /// <summary>Floats of the result's first or last column, one strip of it.</summary>
    public long Column { get; }

    /// <summary>Floats of all of it.</summary>
    public static long Floats(UpsamplerPlan plan)
    {
        var border = new UpsamplerBorder(plan);
        return border.Enlarged + border.Between + (2 * border.Row) + (2 * border.Column);
    }
}
