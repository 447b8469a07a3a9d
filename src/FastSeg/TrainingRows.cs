using FastSeg.Native;

namespace FastSeg;

/// <summary>Feature rows of every labelled pixel of a training set: <c>Count x Planes</c> floats, in the order of images and pixels.</summary>
internal sealed unsafe class TrainingRows(long count, int planes) : IDisposable
{
    private readonly HostBuffer _features = new(checked(count * planes * sizeof(float)));

    /// <summary>Rows.</summary>
    public long Count { get; } = count;

    /// <summary>Features of a row.</summary>
    public int Planes { get; } = planes;

    /// <summary>The first feature of a row.</summary>
    public float* Row(long row) => (float*)_features.Pointer + (row * Planes);

    /// <inheritdoc/>
    public void Dispose() => _features.Dispose();
}
