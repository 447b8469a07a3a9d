using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// Where a filter's values go: planes of floats, or straight to the bins of a forest, so that the float planes never leave the chip. A
/// struct parameter, so that the kernel is compiled for each.
/// </summary>
public interface IPlaneSink
{
    /// <summary>Takes the value of a plane at a pixel of the core (row-major).</summary>
    void Store(int plane, int pixel, float value);
}

/// <summary>Every plane as floats, one behind the other: 4 bytes written a value.</summary>
public struct FloatSink : IPlaneSink
{
    /// <summary>Planes x pixels.</summary>
    public ArrayView<float> Planes;

    /// <summary>Floats from a plane to the next; at least the core's pixels.</summary>
    public int PlaneStride;

    /// <inheritdoc/>
    public void Store(int plane, int pixel, float value) => Planes[((long)plane * PlaneStride) + pixel] = value;
}

/// <summary>
/// Bins: for each byte plane of the forest the number of its thresholds that are not above the value. A feature has no byte plane (the
/// forest never asks for it), one, or several where it has more than 255 thresholds. A value costs as many steps of a binary search as
/// its number of thresholds has bits, over at most 1 KiB that stays in the L1 cache, and 1 byte written.
/// </summary>
public struct BinSink : IPlaneSink
{
    /// <summary>Byte planes x pixels.</summary>
    public ArrayView<byte> Bins;

    /// <summary>For each feature, and behind the last one: its first byte plane.</summary>
    public ArrayView<int> FirstPlane;

    /// <summary>For each byte plane, and behind the last one: its first threshold.</summary>
    public ArrayView<int> FirstThreshold;

    /// <summary>Ascending within a byte plane; a feature's byte planes ascend too.</summary>
    public ArrayView<float> Thresholds;

    /// <summary>One element: becomes 1 when a value is not a number, which a bin cannot say; the tile is then not to be used.</summary>
    public ArrayView<int> NotANumber;

    /// <summary>Bytes from a plane to the next; at least the core's pixels.</summary>
    public int PlaneStride;

    /// <inheritdoc/>
    public void Store(int plane, int pixel, float value)
    {
        int end = FirstPlane[plane + 1];
        for (int bytes = FirstPlane[plane]; bytes < end; bytes++)
        {
            int first = FirstThreshold[bytes], low = first, high = FirstThreshold[bytes + 1];
            while (low < high)
            {
                int middle = (low + high) >> 1;
                if (value >= Thresholds[middle])
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle;
                }
            }
            Bins[((long)bytes * PlaneStride) + pixel] = (byte)(low - first);
        }
        if (float.IsNaN(value))
        {
            NotANumber[0] = 1;
        }
    }
}
