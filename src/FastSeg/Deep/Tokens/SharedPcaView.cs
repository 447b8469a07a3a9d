namespace FastSeg.Deep.Tokens;

/// <summary>
/// One jittered view of an image: a window of it, padded by reflection, perhaps zoomed, cropped back to the window's size, perhaps flipped.
/// All seven random numbers are drawn even where one is not used, so that every view begins at the same place of the random sequence.
/// </summary>
/// <param name="X">First column of the window.</param>
/// <param name="Y">First row of the window.</param>
/// <param name="Zoom">Zoom about the padded window's centre; 1 for none.</param>
/// <param name="CropX">Columns cut off the padded window's left.</param>
/// <param name="CropY">Rows cut off its top.</param>
/// <param name="Flip">Whether columns are reversed at the end.</param>
internal sealed record SharedPcaView(long X, long Y, double Zoom, int CropX, int CropY, bool Flip)
{
    /// <summary>Pixels of reflection on every side.</summary>
    public const int Pad = 30;

    private const double MaxZoom = 1.8;

    /// <summary>Draws a view.</summary>
    /// <param name="random">Where the numbers come from.</param>
    /// <param name="imageWidth">Columns of the image, with the edge repeated to whole cells.</param>
    /// <param name="imageHeight">Rows, alike.</param>
    /// <param name="width">Columns of the window.</param>
    /// <param name="height">Rows of the window.</param>
    public static SharedPcaView Draw(SplitMix64 random, long imageWidth, long imageHeight, int width, int height)
    {
        long y = random.NextIndex(imageHeight - height + 1), x = random.NextIndex(imageWidth - width + 1);
        bool zoomed = random.NextDouble() < 0.5;
        double factor = 1 + (random.NextDouble() * (MaxZoom - 1));
        int cropY = (int)random.NextIndex((2 * Pad) + 1), cropX = (int)random.NextIndex((2 * Pad) + 1);
        bool flip = random.NextDouble() < 0.5;
        return new SharedPcaView(x, y, zoomed ? factor : 1, cropX, cropY, flip);
    }

    /// <summary>Makes the view of a window's planes.</summary>
    public unsafe void Apply(float* window, float* view, int width, int height, int planes)
    {
        Tap[] rows = Taps(height, CropY, false), columns = Taps(width, CropX, Flip);
        for (int plane = 0; plane < planes; plane++)
        {
            float* from = window + ((nint)plane * width * height);
            for (int row = 0; row < height; row++)
            {
                float* above = from + ((nint)rows[row].First * width), below = from + ((nint)rows[row].Second * width);
                float vertical = rows[row].Fraction;
                float* to = view + ((((nint)plane * height) + row) * width);
                for (int column = 0; column < width; column++)
                {
                    Tap tap = columns[column];
                    float a = MathF.FusedMultiplyAdd(tap.Fraction, above[tap.Second] - above[tap.First], above[tap.First]);
                    float b = MathF.FusedMultiplyAdd(tap.Fraction, below[tap.Second] - below[tap.First], below[tap.First]);
                    to[column] = MathF.FusedMultiplyAdd(vertical, b - a, a);
                }
            }
        }
    }

    /// <summary>Where each pixel of the view's axis comes from in the window.</summary>
    private Tap[] Taps(int size, int crop, bool flip)
    {
        double centre = (size + (2 * Pad) - 1) / 2.0;
        var taps = new Tap[size];
        for (int i = 0; i < size; i++)
        {
            double at = centre + ((i + crop - centre) / Zoom);
            double floor = Math.Floor(at);
            int first = (int)floor - Pad;
            taps[flip ? size - 1 - i : i] = new Tap(Reflect(first, size), Reflect(first + 1, size), (float)(at - floor));
        }
        return taps;
    }

    /// <summary>
    /// Reflects a position into the window without repeating the edge; several times where the window is smaller than the padding.
    /// </summary>
    private static int Reflect(int i, int size)
    {
        if (size == 1)
        {
            return 0;
        }
        int period = 2 * (size - 1);
        int phase = ((i % period) + period) % period;
        return phase < size ? phase : period - phase;
    }

    private readonly record struct Tap(int First, int Second, float Fraction);
}
