namespace FastSeg.Tests.Training;

/// <summary>A page and the labels that a test draws on it, as the plain training and the interactive one take them.</summary>
internal sealed class DrawnPage : IDisposable
{
    private readonly byte[] _labels;

    public DrawnPage(ImageReader image, string key)
    {
        Image = image;
        Page = new PreparedImage(image, key);
        _labels = new byte[image.Info.Bounds.Pixels];
    }

    public ImageReader Image { get; }

    public PreparedImage Page { get; }

    /// <summary>Image and labels as a plain training takes them.</summary>
    public TrainingImage Training =>
        new(Image, MemoryImage.FromMemory<byte>(_labels, Image.Info.Width, Image.Info.Height, name: "labels"));

    /// <summary>The same as an interactive training takes them.</summary>
    public LabelledPage Labelled
    {
        get
        {
            long[] positions = [.. Enumerable.Range(0, _labels.Length).Where(i => _labels[i] > 0).Select(i => (long)i)];
            return new LabelledPage(Page, positions, (byte[])[.. positions.Select(i => _labels[i])]);
        }
    }

    /// <summary>Labelled pixels.</summary>
    public int Count => _labels.Count(label => label > 0);

    /// <summary>A page of random samples of a type, whose left half is darker.</summary>
    public static DrawnPage Of<T>(string key, int width, int height, int channels, Func<float, T> sample, int seed = 1)
        where T : unmanaged
    {
        var random = new Random(seed);
        T[] samples = new T[width * height * channels];
        for (int i = 0; i < samples.Length; i++)
        {
            bool left = i / channels % width < width / 2;
            samples[i] = sample((left ? 0.2f : 0.6f) + (random.NextSingle() * 0.3f));
        }
        return new DrawnPage(MemoryImage.FromMemory<T>(samples, width, height, channels, name: $"{key}.tif"), key);
    }

    /// <summary>Draws a bar of a class; 0 erases.</summary>
    public DrawnPage Draw(int x, int y, int width, int height, byte value)
    {
        for (int row = y; row < y + height; row++)
        {
            _labels.AsSpan((row * (int)Image.Info.Width) + x, width).Fill(value);
        }
        return this;
    }

    public void Dispose()
    {
        Page.Dispose();
        Image.Dispose();
    }
}
