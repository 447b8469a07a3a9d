namespace FastSeg;

/// <summary>The features of an image in memory: one plane of the image's size for each.</summary>
public sealed class FeatureStack
{
    internal FeatureStack(int width, int height, IReadOnlyList<string> names, float[] values, RunResult run) =>
        (Width, Height, Names, Values, Run) = (width, height, names, values, run);

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>The planes' names, in their order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Every plane, one after the other (<c>planes x Height x Width</c>). The array is the caller's.</summary>
    public float[] Values { get; }

    /// <summary>Where the time went.</summary>
    public RunResult Run { get; }

    /// <summary>One plane, row by row (<c>Height x Width</c>).</summary>
    /// <param name="index">Number of the plane, from 0.</param>
    public Span<float> this[int index] => Values.AsSpan(checked(index * Width * Height), Width * Height);

    /// <summary>One plane, row by row (<c>Height x Width</c>).</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="FastSegException">There is no such plane.</exception>
    public Span<float> this[string name]
    {
        get
        {
            int index = Names.TakeWhile(known => known != name).Count();
            return index < Names.Count
                ? this[index]
                : throw new FastSegException($"There is no feature {name}; the planes are {string.Join(", ", Names)}.");
        }
    }
}
