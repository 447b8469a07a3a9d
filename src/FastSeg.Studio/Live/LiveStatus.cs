namespace FastSeg.Studio.Live;

/// <summary>What the live loop is doing, for the page's status line.</summary>
/// <param name="State">What it does.</param>
/// <param name="Text">The same in words; "segmented" where all that is on screen is up to date.</param>
internal sealed record LiveStatus(LiveState State, string Text)
{
    /// <summary>The number of the newest model; 0 before the first training.</summary>
    public int Model { get; init; }

    /// <summary>The version of the project whose labels the newest model knows.</summary>
    public long Version { get; init; }

    /// <summary>The image that is looked at, or measured.</summary>
    public string? Image { get; init; }

    /// <summary>Its page, from 1.</summary>
    public int Page { get; init; } = 1;

    /// <summary>What a person should know beside it, such as that not all labels were used; empty where there is nothing.</summary>
    public string Note { get; init; } = "";

    /// <summary>How much of the present work is done, 0 to 1; null where nobody can say.</summary>
    public double? Fraction { get; init; }
}
