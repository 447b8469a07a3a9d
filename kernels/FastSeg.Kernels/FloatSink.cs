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

    /// <inheritdoc/>
    public void StoreFive(int plane, int pixel, float a, float b, float c, float d, float e)
    {
        // The pixel's address is made once, and the planes lie behind it.
        ArrayView<float> at = Planes.SubView(((long)plane * PlaneStride) + pixel, (4L * PlaneStride) + 1);
        int stride = PlaneStride;
        at[0] = a;
        at[stride] = b;
        at[2 * stride] = c;
        at[3 * stride] = d;
        at[4 * stride] = e;
    }
}
