using ILGPU;

namespace FastSeg.Kernels;

/// <summary>Stores every plane as floats, one plane behind the other; a value costs 4 bytes written.</summary>
public struct FloatSink : IPlaneSink
{
    /// <summary>All planes, <see cref="PlaneStride"/> floats each.</summary>
    public ArrayView<float> Planes;

    /// <summary>Floats from a plane to the next; at least the core's pixels.</summary>
    public int PlaneStride;

    /// <inheritdoc/>
    public void Store(int plane, int pixel, float value) => Planes[((long)plane * PlaneStride) + pixel] = value;
}
