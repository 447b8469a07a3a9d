using FastSeg.Images;

namespace FastSeg;

/// <summary>The features of an image in memory: for each feature a plane of the image's size.</summary>
public sealed class FeatureStack
{
    internal FeatureStack(int width, int height, IReadOnlyList<string> names, float[] values, RunResult run) =>
        (Width, Height, Names, Values, Run) = (width, height, names, values, run);

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>The features' names, in the order of the planes.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Every plane, one after the other (<c>planes x Height x Width</c>). The array is the caller's.</summary>
    public float[] Values { get; }

    /// <summary>What computed, time by stage, and the planned peak memory.</summary>
    public RunResult Run { get; }

    /// <summary>One plane, row by row (<c>Height x Width</c>): a part of <see cref="Values"/>, not a copy.</summary>
    /// <param name="index">Number of the plane: 0 to one less than the number of <see cref="Names"/>.</param>
    public Span<float> this[int index] => Values.AsSpan(checked(index * Width * Height), Width * Height);

    /// <summary>One plane, row by row (<c>Height x Width</c>): a part of <see cref="Values"/>, not a copy.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="FastSegException">No plane has this name.</exception>
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

    /// <summary>
    /// Lets a computation write into an array, which is allocated when the planes' names are known. A stack that is too large even with
    /// <paramref name="leastPlanes"/> planes is refused before anything is read.
    /// </summary>
    internal static FeatureStack Of(
        ImageReader image, int leastPlanes, Func<Func<IReadOnlyList<string>, ImageWriter>, RunResult> compute)
    {
        InMemory.ArrayLength(image.Info, Layout(leastPlanes));
        IReadOnlyList<string> names = [];
        float[] values = [];
        ImageWriter Make(IReadOnlyList<string> planes)
        {
            ImageLayout layout = Layout(planes.Count);
            (names, values) = (planes, new float[InMemory.ArrayLength(image.Info, layout)]);
            return MemoryWriter.Owning(layout, values);
        }
        ImageLayout Layout(int planes) => new(image.Info.Width, image.Info.Height, SampleType.Float32, planes);
        RunResult run = compute(Make);
        return new FeatureStack((int)image.Info.Width, (int)image.Info.Height, names, values, run);
    }
}
