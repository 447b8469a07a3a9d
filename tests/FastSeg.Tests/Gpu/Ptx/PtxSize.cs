namespace FastSeg.Tests.Gpu.Ptx;

/// <summary>Numbers of threads or groups along three directions, or the place of one.</summary>
internal readonly record struct PtxSize(int X, int Y = 1, int Z = 1)
{
    public int Count => X * Y * Z;

    /// <summary>The place of one of <see cref="Count"/>, x first.</summary>
    public PtxSize At(int number) => new(number % X, number / X % Y, number / X / Y);
}
