namespace FastSeg.Checks;

/// <summary>A plane of float64. A pixel read outside is the nearest one at the edge.</summary>
internal sealed class ReferenceImage
{
    /// <summary>Makes a plane of zeros.</summary>
    public ReferenceImage(int width, int height)
    {
        Width = width;
        Height = height;
        Values = new double[width * height];
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>The pixels, row by row (height x width).</summary>
    public double[] Values { get; }

    /// <summary>A pixel. Any position can be read; only pixels of the plane can be set.</summary>
    public double this[int x, int y]
    {
        get => Values[(Math.Clamp(y, 0, Height - 1) * Width) + Math.Clamp(x, 0, Width - 1)];
        set => Values[(y * Width) + x] = value;
    }

    /// <summary>A plane of the same size whose pixels are a function of their position, which several threads call.</summary>
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
