namespace FastSeg.Perf;

/// <summary>One operation, timed.</summary>
/// <param name="Group">Group of measurements it belongs to.</param>
/// <param name="Name">What ran.</param>
/// <param name="Seconds">The fastest run.</param>
/// <param name="Pixels">Pixels it processed.</param>
internal sealed record Measurement(string Group, string Name, double Seconds, long Pixels)
{
    /// <summary>Bytes a pixel that must cross the memory bus, whatever the implementation.</summary>
    public double BytesPerPixel { get; init; }

    /// <summary>Floating-point operations a pixel (a fused multiply-add counts as two).</summary>
    public double FlopsPerPixel { get; init; }

    /// <summary>A bound beside memory and arithmetic, in pixels a second, and what it comes from.</summary>
    public (double PixelsPerSecond, string By)? OwnBound { get; init; }

    /// <summary>What else there is to say, in words.</summary>
    public string Note { get; init; } = "";

    public double PixelsPerSecond => Pixels / Seconds;

    public double BytesPerSecond => BytesPerPixel * PixelsPerSecond;

    public double FlopsPerSecond => FlopsPerPixel * PixelsPerSecond;

    /// <summary>The fastest this machine could be, in pixels a second, and what limits it; 0 where nothing is known.</summary>
    public (double PixelsPerSecond, string By) Bound(Bounds bounds)
    {
        double memory = BytesPerPixel / bounds.BytesPerSecond, arithmetic = FlopsPerPixel / bounds.FlopsPerSecond;
        double own = OwnBound is { } given ? 1 / given.PixelsPerSecond : 0;
        double seconds = Math.Max(own, Math.Max(memory, arithmetic));
        return seconds > 0 && double.IsFinite(seconds)
            ? (1 / seconds, seconds == own ? OwnBound!.Value.By : seconds == memory ? "memory" : "arithmetic")
            : (0, "");
    }
}

/// <summary>What a number is wanted to be.</summary>
/// <param name="Value">The limit.</param>
/// <param name="Least">Whether it is the least that is wanted, or the most.</param>
internal sealed record Goal(double Value, bool Least)
{
    public static Goal AtLeast(double value) => new(value, true);

    public static Goal AtMost(double value) => new(value, false);

    public bool Met(double found) => Least ? found >= Value : found <= Value;
}

/// <summary>Ours and another implementation of the same, in the same run on the same number of cores.</summary>
/// <param name="Name">What both computed.</param>
/// <param name="Peer">The other one.</param>
/// <param name="Ours">Our pixels a second.</param>
/// <param name="Theirs">Their pixels a second.</param>
/// <param name="Agreement">How far the results agree, in words.</param>
internal sealed record Comparison(string Name, string Peer, double Ours, double Theirs, string Agreement)
{
    public double Ratio => Ours / Theirs;

    /// <summary>What the ratio is wanted to be, or null.</summary>
    public Goal? Goal { get; init; }
}

/// <summary>A quantity that is no speed: bytes, seconds of a loop.</summary>
/// <param name="Group">Group of measurements it belongs to.</param>
/// <param name="Name">What it is.</param>
/// <param name="Value">The quantity.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Note">What else there is to say.</param>
internal sealed record Quantity(string Group, string Name, double Value, string Unit, string Note = "")
{
    /// <summary>What the value is wanted to be, or null.</summary>
    public Goal? Goal { get; init; }
}
