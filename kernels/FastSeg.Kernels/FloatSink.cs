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
    public void StoreSeven(int plane, int pixel, float a, float b, float c, float d, float e, float f, float g)
    {
        // The pixel's address is made once, and each plane lies a stride behind the one before.
        ArrayView<float> at = Planes.SubView(((long)plane * PlaneStride) + pixel);
        at[0] = a;
        at = at.SubView(PlaneStride);
        at[0] = b;
        at = at.SubView(PlaneStride);
        at[0] = c;
        at = at.SubView(PlaneStride);
        at[0] = d;
        at = at.SubView(PlaneStride);
        at[0] = e;
        at = at.SubView(PlaneStride);
        at[0] = f;
        at = at.SubView(PlaneStride);
        at[0] = g;
    }
}
