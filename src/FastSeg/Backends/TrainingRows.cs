using FastSeg.Forest.Training;
using FastSeg.Native;

namespace FastSeg.Backends;

/// <summary>
/// The feature rows of all labelled pixels of a training set, in the order of images and ranks: <c>Count x Planes</c> floats. The host's
/// memory belongs to this object, and so do the device's rows where there are any.
/// </summary>
/// <param name="count">Rows.</param>
/// <param name="planes">Features of a row.</param>
internal sealed unsafe class TrainingRows(long count, int planes) : IDisposable
{
    private readonly HostBuffer _features = new(checked(count * planes * sizeof(float)));

    /// <summary>Number of rows.</summary>
    public long Count { get; } = count;

    /// <summary>Features of a row.</summary>
    public int Planes { get; } = planes;

    /// <summary>
    /// The first feature of a row in the host's memory, which is valid until this object is disposed. While rows are on a device, the
    /// host's are not defined.
    /// </summary>
    public float* Row(long row) => (float*)_features.Pointer + (row * Planes);

    /// <summary>
    /// The rows on a device, where they stay there until <see cref="Land"/>; null where the host has them. Disposed with this object.
    /// </summary>
    public DeviceRows? OnDevice { get; set; }

    /// <summary>Copies one row, from the device or the host.</summary>
    public void Copy(long row, Span<float> to)
    {
        OnDevice?.CopyDown(row, 1, Row(row));
        new ReadOnlySpan<float>(Row(row), Planes).CopyTo(to);
    }

    /// <summary>Copies of at most <paramref name="most"/> rows, one after the other, evenly spaced from the first to the last.</summary>
    public float[] EvenlySpaced(int most)
    {
        int count = (int)Math.Min(most, Count);
        float[] features = new float[count * Planes];
        for (int i = 0; i < count; i++)
        {
            Copy(i * (Count - 1) / Math.Max(1, count - 1), features.AsSpan(i * Planes));
        }
        return features;
    }

    /// <summary>Copies all rows from the device to the host and frees the device's; does nothing where the host has them.</summary>
    public void Land()
    {
        OnDevice?.CopyDown(0, Count, Row(0));
        OnDevice?.Dispose();
        OnDevice = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        OnDevice?.Dispose();
        _features.Dispose();
    }
}
