namespace FastSeg.Deep.Rewriting;

/// <summary>The range of a layer's input that 256 steps cover, and how it becomes a step's size and the step of zero.</summary>
/// <param name="Low">The least number, at most 0.</param>
/// <param name="High">The largest number, at least 0.</param>
internal readonly record struct InputSpan(float Low, float High)
{
    private const int Steps = byte.MaxValue;

    /// <summary>Size of a step.</summary>
    public float Scale => High > Low ? (High - Low) / Steps : 1;

    /// <summary>The step that stands for zero.</summary>
    public byte Zero => (byte)Math.Clamp(MathF.Round(-Low / Scale), 0, Steps);

    /// <summary>A part of the range: what is outside of it is clipped.</summary>
    public InputSpan Part(float part) => new(Low * part, High * part);
}
