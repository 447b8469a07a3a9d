using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>One class of a model.</summary>
/// <param name="Value">The label value with which it was drawn, 1 to 65535.</param>
/// <param name="Name">Its name; "class VALUE" where none was given.</param>
/// <param name="Pixels">How many of its pixels the model was trained on.</param>
public sealed record ModelClass(int Value, string Name, long Pixels)
{
    /// <summary>Its name.</summary>
    public string Name { get; init => field = NotNull(value); } = NotNull(Name);
}
