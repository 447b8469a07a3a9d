namespace FastSeg.Checks;

/// <summary>Planes of float64: channels x height x width.</summary>
/// <param name="Channels">Number of planes.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Values">Every plane, row by row.</param>
internal sealed record ReferencePlanes(int Channels, int Height, int Width, double[] Values)
{
    /// <summary>Makes planes of zeros.</summary>
    public ReferencePlanes(int channels, int height, int width) : this(channels, height, width, new double[channels * height * width])
    {
    }

    /// <summary>Planes of float32 as float64.</summary>
    public static ReferencePlanes Of(int channels, int height, int width, float[] values) =>
        new(channels, height, width, Array.ConvertAll(values, value => (double)value));

    /// <summary>A pixel of a plane, which must be inside.</summary>
    public ref double this[int channel, int row, int column] => ref Values[(((channel * Height) + row) * Width) + column];
}
