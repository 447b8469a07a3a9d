namespace FastSeg.Checks;

/// <summary>Planes of float64: channels x height x width.</summary>
internal sealed record ReferencePlanes(int Channels, int Height, int Width, double[] Values)
{
    public ReferencePlanes(int channels, int height, int width) : this(channels, height, width, new double[channels * height * width])
    {
    }

    /// <summary>The same planes of float32 as float64.</summary>
    public static ReferencePlanes Of(int channels, int height, int width, float[] values) =>
        new(channels, height, width, Array.ConvertAll(values, value => (double)value));

    public ref double this[int channel, int row, int column] => ref Values[(((channel * Height) + row) * Width) + column];
}
