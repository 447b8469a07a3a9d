using ILGPU;

namespace FastSeg.Kernels;

/// <summary>
/// Takes a filter's values: as planes of floats, or straight as bins of a forest, so that float planes never leave the chip. Sinks are
/// structs and type parameters of the kernels; each kernel is compiled for each sink.
/// </summary>
public interface IPlaneSink
{
    /// <summary>Takes the value of a plane at a pixel of the core; pixels are numbered row by row.</summary>
    void Store(int plane, int pixel, float value);
}

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
