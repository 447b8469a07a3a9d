namespace FastSeg.Checks;

/// <summary>A plane of float64 that repeats its edge pixels outside.</summary>
internal sealed class ReferenceImage
{
    public ReferenceImage(int width, int height)
    {
        Width = width;
        Height = height;
        Values = new double[width * height];
    }

    public int Width { get; }

    public int Height { get; }

    public double[] Values { get; }

    public double this[int x, int y]
    {
        get => Values[(Math.Clamp(y, 0, Height - 1) * Width) + Math.Clamp(x, 0, Width - 1)];
        set => Values[(y * Width) + x] = value;
    }

    /// <summary>A plane whose pixels are a function of their position.</summary>
    public ReferenceImage Map(Func<int, int, double> pixel)
    {
        var result = new ReferenceImage(Width, Height);
        Parallel.For(0, Height, y =>
        {
            for (int x = 0; x < Width; x++)
            {
                result[x, y] = pixel(x, y);
            }
        });
        return result;
    }
}
