namespace FastSeg.Deep.Backbones;

/// <summary>Flips planes in place.</summary>
internal static unsafe class BackboneFlip
{
    /// <summary>Reverses every row.</summary>
    public static void Columns(float* first, int rows, int width)
    {
        for (int row = 0; row < rows; row++)
        {
            new Span<float>(first + ((nint)row * width), width).Reverse();
        }
    }

    /// <summary>Reverses the order of the rows of every plane.</summary>
    public static void Rows(float* first, int planes, int height, int width)
    {
        for (int plane = 0; plane < planes; plane++)
        {
            float* top = first + ((nint)plane * height * width);
            for (int row = 0; row < height / 2; row++)
            {
                float* a = top + ((nint)row * width), b = top + ((nint)(height - 1 - row) * width);
                for (int x = 0; x < width; x++)
                {
                    (a[x], b[x]) = (b[x], a[x]);
                }
            }
        }
    }
}
