namespace FastSeg.Tests.Images.Masks;

/// <summary>Float images with holes of NaN and infinite samples, and what stands in the holes by brute force.</summary>
internal static class Holes
{
    /// <summary>
    /// Values that are all different, with a hole at the right and below, a round one, a comb of thin ones, and single invalid pixels.
    /// </summary>
    public static float[] Scene(int width, int height, int channels = 1, int seed = 3)
    {
        var random = new Random(seed);
        float[] samples = new float[width * height * channels];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = 100 + (i % 977) + (i / 1000f);
        }
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                int dx = x - (width / 3), dy = y - (height / 2), radius = Math.Min(width, height) / 4;
                bool corner = x > width * 3 / 4 && y > height / 4, disc = (dx * dx) + (dy * dy) < radius * radius;
                bool comb = y < 12 && x % 7 < 4, single = random.Next(90) == 0;
                if (corner || disc || comb || single)
                {
                    samples[(((y * width) + x) * channels) + random.Next(channels)] =
                        (random.Next(3)) switch { 0 => float.NaN, 1 => float.PositiveInfinity, _ => float.NegativeInfinity };
                }
            }
        }
        return samples;
    }

    /// <summary>Whether a pixel has a sample that is not finite.</summary>
    public static bool IsInvalid(float[] samples, int channels, int pixel)
    {
        for (int c = 0; c < channels; c++)
        {
            if (!float.IsFinite(samples[(pixel * channels) + c]))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>1 where a pixel is valid, 0 elsewhere.</summary>
    public static byte[] Mask(float[] samples, int channels = 1) =>
        [.. Enumerable.Range(0, samples.Length / channels).Select(i => (byte)(IsInvalid(samples, channels, i) ? 0 : 1))];

    /// <summary>
    /// The image with every invalid pixel replaced by the nearest valid one: squares around it grow, and the first valid pixel of the
    /// smallest one, in reading order, is taken.
    /// </summary>
    public static float[] Filled(float[] samples, int width, int height, int channels = 1)
    {
        float[] filled = [.. samples];
        for (int i = 0; i < width * height; i++)
        {
            if (IsInvalid(samples, channels, i))
            {
                int source = Nearest(samples, width, height, channels, i % width, i / width);
                samples.AsSpan(source * channels, channels).CopyTo(filled.AsSpan(i * channels));
            }
        }
        return filled;
    }

    /// <summary>The pixel that stands for an invalid one.</summary>
    public static int Nearest(float[] samples, int width, int height, int channels, int x, int y)
    {
        for (int distance = 1; ; distance++)
        {
            for (int row = Math.Max(0, y - distance); row <= Math.Min(height - 1, y + distance); row++)
            {
                // Inside the square's frame everything was looked at already.
                int step = Math.Abs(row - y) == distance ? 1 : 2 * distance;
                for (int column = x - distance; column <= x + distance; column += step)
                {
                    if (column >= 0 && column < width && !IsInvalid(samples, channels, (row * width) + column))
                    {
                        return (row * width) + column;
                    }
                }
            }
        }
    }
}
