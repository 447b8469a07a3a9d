using FastSeg.Forest.Training;
using FastSeg.Native;

namespace FastSeg.Backends;

/// <summary>
/// Feature rows of every labelled pixel of a training set: <c>Count x Planes</c> floats, in the order of images and pixels.
/// </summary>
internal sealed unsafe class TrainingRows(long count, int planes) : IDisposable
{
    private readonly HostBuffer _features = new(checked(count * planes * sizeof(float)));

    /// <summary>Rows.</summary>
    public long Count { get; } = count;

    /// <summary>Features of a row.</summary>
    public int Planes { get; } = planes;

    /// <summary>The first feature of a row.</summary>
    public float* Row(long row) => (float*)_features.Pointer + (row * Planes);

    /// <summary>
    /// Where the rows are on a device, when they stay there: the host's are not defined until they are copied down. Owned by this.
    /// </summary>
    public DeviceRows? OnDevice { get; set; }

    /// <summary>Copies a row, wherever it is.</summary>
    public void Copy(long row, Span<float> to)
    {
        OnDevice?.CopyDown(row, 1, Row(row));
        new ReadOnlySpan<float>(Row(row), Planes).CopyTo(to);
    }

    /// <summary>Copies of at most <paramref name="most"/> rows, evenly spaced from the first to the last.</summary>
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

    /// <summary>Brings all rows to the host and frees the device's.</summary>
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
