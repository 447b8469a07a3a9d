namespace FastSeg;

/// <summary>A segmented image in memory.</summary>
public sealed class LabelMap
{
    internal LabelMap(Region area, byte[] labels, IReadOnlyList<ModelClass> classes, RunResult run) =>
        (Area, Labels, Classes, Run) = (area, labels, classes, run);

    /// <summary>The part of the image that was segmented, in the image's coordinates.</summary>
    public Region Area { get; }

    /// <summary>Columns.</summary>
    public int Width => (int)Area.Width;

    /// <summary>Rows.</summary>
    public int Height => (int)Area.Height;

    /// <summary>
    /// The label of every pixel, row by row (<c>Height x Width</c>): 1..C in the order of <see cref="Classes"/>, and 0 where a mask left
    /// the pixel out. The array is the caller's.
    /// </summary>
    public byte[] Labels { get; }

    /// <summary>The model's classes. Label n is <c>Classes[n - 1]</c>, which says its name and the value with which it was drawn.</summary>
    public IReadOnlyList<ModelClass> Classes { get; }

    /// <summary>Pixels of each class, what computed, and time by stage.</summary>
    public RunResult Run { get; }

    /// <summary>The label of a pixel.</summary>
    /// <param name="x">Column, from 0 at the left of <see cref="Area"/>; below <see cref="Width"/>.</param>
    /// <param name="y">Row, from 0 at the top of <see cref="Area"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The pixel lies outside.</exception>
    public byte this[int x, int y]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)x, (uint)Width, nameof(x));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)y, (uint)Height, nameof(y));
            return Labels[(y * Width) + x];
        }
    }
}
