using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>The labelled pixels of one page, for an <see cref="InteractiveTraining"/>.</summary>
/// <param name="Image">The page; the caller keeps owning it.</param>
/// <param name="Positions">Row x width + column of each labelled pixel, ascending.</param>
/// <param name="Values">The label value of each, not 0; as many as there are positions.</param>
public sealed record LabelledPage(PreparedImage Image, ReadOnlyMemory<long> Positions, ReadOnlyMemory<ushort> Values)
{
    /// <summary>Label values of one byte, as most label rasters have them.</summary>
    /// <param name="image">The page; the caller keeps owning it.</param>
    /// <param name="positions">Row x width + column of each labelled pixel, ascending.</param>
    /// <param name="values">The label value of each, not 0; as many as there are positions.</param>
    public LabelledPage(PreparedImage image, ReadOnlyMemory<long> positions, ReadOnlyMemory<byte> values)
        : this(NotNull(image), positions, Widened(values.Span))
    {
    }

    /// <summary>The page.</summary>
    public PreparedImage Image { get; init => field = NotNull(value); } = NotNull(Image);

    private static ushort[] Widened(ReadOnlySpan<byte> values)
    {
        ushort[] wide = new ushort[values.Length];
        for (int i = 0; i < wide.Length; i++)
        {
            wide[i] = values[i];
        }
        return wide;
    }
}
