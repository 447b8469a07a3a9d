namespace FastSeg.Kernels;

/// <summary>
/// Takes a filter's values: as planes of floats, or straight as bins of a forest, so that float planes never leave the chip. Sinks are
/// structs and type parameters of the kernels; each kernel is compiled for each sink.
/// </summary>
public interface IPlaneSink
{
    /// <summary>Takes the value of a plane at a pixel of the core; pixels are numbered row by row.</summary>
    void Store(int plane, int pixel, float value);

    /// <summary>Takes a pixel's values of seven planes, one behind the other.</summary>
    void StoreSeven(int plane, int pixel, float a, float b, float c, float d, float e, float f, float g);
}
