using System.Globalization;

namespace FastSeg.Deep;

/// <summary>
/// The scales at which a transformer may see a page: 1, the page itself, and 2, the page enlarged twice, whose cells cover half a patch.
/// </summary>
internal static class DeepScales
{
    private static readonly IReadOnlyList<int>[] Possible = [[1], [2], [1, 2]];

    /// <summary>The page itself alone.</summary>
    public static IReadOnlyList<int> One => Possible[0];

    /// <summary>
    /// One list for all that say the same, so that records that hold the same scales are equal; a list that is not possible stays.
    /// </summary>
    public static IReadOnlyList<int> Shared(IReadOnlyList<int> scales) =>
        Possible.FirstOrDefault(possible => possible.SequenceEqual(scales)) ?? scales;

    /// <summary>Whether features can be computed at these scales.</summary>
    public static bool ArePossible(IReadOnlyList<int> scales) => Possible.Any(possible => possible.SequenceEqual(scales));

    /// <summary>The scales as people write them: "1, 2".</summary>
    public static string Text(IReadOnlyList<int> scales) =>
        string.Join(", ", scales.Select(scale => scale.ToString(CultureInfo.InvariantCulture)));
}
