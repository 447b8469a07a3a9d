namespace FastSeg.Images.Stacks;

/// <summary>One plane of a stack that is written, as a writer by itself. Whoever owns the stack's writer commits it.</summary>
internal sealed class PlaneWriter : ImageWriter
{
    private readonly ImageWriter _stack;
    private readonly int _plane;

    /// <summary>Names a plane.</summary>
    /// <param name="stack">The stack's writer, which stays the caller's.</param>
    /// <param name="plane">Number of the plane, from 0.</param>
    public PlaneWriter(ImageWriter stack, int plane)
    {
        (_stack, _plane, FilePath) = (stack, plane, stack.FilePath);
        Layout = stack.Layout with { Slices = 1, Frames = 1 };
    }

    /// <summary>The same; null for null.</summary>
    public static PlaneWriter? Of(ImageWriter? stack, int plane) => stack is null ? null : new PlaneWriter(stack, plane);

    public override ImageLayout Layout { get; }

    internal override IReadOnlyList<string> Warnings => _stack.Warnings;

    internal override (long Width, long Height)? Units => _stack.Units;

    internal override bool Lacks(int plane, Region region) => _stack.Lacks(_plane, region);

    public override long HeldBytes(int threads) => _stack.HeldBytes(threads);

    internal override long FinishBytes(int threads) => _stack.FinishBytes(threads);

    public override void Write(Region region, ReadOnlySpan<byte> samples) => _stack.Write(_plane, region, samples);

    public override void Commit()
    {
        // The stack is committed as a whole.
    }

    protected override void Dispose(bool disposing)
    {
        // The stack's writer holds everything.
    }
}
