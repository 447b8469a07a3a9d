namespace FastSeg.Tests;

/// <summary>A small image of discs on a noisy ramp, with scribbles of three classes: enough to train on in a moment.</summary>
internal sealed class SyntheticScene
{
    private readonly bool[] _disc;

    public SyntheticScene(int width, int height, int seed = 1, int channels = 1)
    {
        (Width, Height, Channels) = (width, height, channels);
        Pixels = new byte[width * height * channels];
        Labels = new byte[width * height];
        _disc = new bool[width * height];
        var random = new Random(seed);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                int i = (y * width) + x;
                int cell = ((x / 24) + (y / 24)) % 3;
                int dx = (x % 24) - 12, dy = (y % 24) - 12;
                _disc[i] = (dx * dx) + (dy * dy) < 64;
                int grey = (_disc[i] ? 150 + (40 * cell) : 60) + (x * 20 / width) + random.Next(-12, 13);
                for (int c = 0; c < channels; c++)
                {
                    Pixels[(i * channels) + c] = (byte)Math.Clamp(grey - (c * 15), 0, 255);
                }
                if (random.Next(20) == 0)
                {
                    Labels[i] = (byte)(!_disc[i] ? 1 : cell == 0 ? 2 : 7);
                }
            }
        }
    }

    public int Width { get; }

    public int Height { get; }

    public int Channels { get; }

    /// <summary>The image's samples: height x width x channels.</summary>
    public byte[] Pixels { get; }

    /// <summary>
    /// Label values 1 (no disc), 2 and 7 (discs of two kinds) on about a twentieth of the pixels, 0 elsewhere: height x width.
    /// </summary>
    public byte[] Labels { get; }

    /// <summary>The image; a new reader at each call, over the same pixels.</summary>
    public MemoryImage Image => MemoryImage.FromMemory<byte>(Pixels, Width, Height, Channels, name: "scene");

    /// <summary>The labels; a new reader at each call, over the same pixels.</summary>
    public MemoryImage LabelImage => MemoryImage.FromMemory<byte>(Labels, Width, Height, name: "scene labels");

    /// <summary>Image and labels as a training set takes them.</summary>
    public TrainingImage Training => new(Image, LabelImage);
}
