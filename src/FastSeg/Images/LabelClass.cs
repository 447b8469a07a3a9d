using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>A class of a label map, as its file says.</summary>
/// <param name="Label">The value that its pixels have in the map, 1 to 65535.</param>
/// <param name="Value">The value with which it was drawn in the training labels, 1 to 65535; the same where values were kept.</param>
/// <param name="Name">Its name.</param>
public sealed record LabelClass(int Label, int Value, string Name)
{
    /// <summary>Its name.</summary>
    public string Name { get; init => field = NotNull(value); } = NotNull(Name);
}
