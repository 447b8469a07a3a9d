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
