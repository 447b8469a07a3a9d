namespace FastSeg.Perf.Drawing;

/// <summary>
/// A square micrograph and strokes over it as a person would draw them: thick, short, inside one phase. Of the large data set, or else of
/// the sample.
/// </summary>
internal sealed class StrokeScene
{
    private const int Radius = 3, Steps = 60;

    private readonly byte[] _truth;
    private readonly int _classes;
    private int _strokes;
    private readonly Random _random = new(5);
    private readonly SortedDictionary<long, byte> _labels = [];

    /// <param name="side">Columns and rows.</param>
    /// <param name="classes">Phases that are drawn on, at most those that the micrograph has: as many strokes on each.</param>
    public StrokeScene(int side, int classes)
    {
        (Side, _classes) = (side, classes);
        string? large = PerfImages.Example("0_large.png"), known = PerfImages.Example("0_ground_truth.tif");
        string sample = PerfImages.Training[0].Image;
        (string image, string truth) = large is not null && known is not null
            ? (large, known)
            : (sample, sample.Replace(".png", "_gt.png", StringComparison.Ordinal));
        Name = Path.GetFileName(image);
        (byte[] pixels, int width) = Load(ImageFile.Open(image));
        (byte[] values, int truthWidth) = Load(ImageFile.OpenLabels(truth));
        int times = width / truthWidth;
        byte[] phases = [.. values.Distinct().Order()];
        byte Phase(int i) => (byte)(Array.IndexOf(phases, values[(i / width / times * truthWidth) + (i % width / times)]) + 1);
        (Pixels, _truth) = (Tiled(pixels, width), Tiled([.. Enumerable.Range(0, width * width).Select(Phase)], width));
    }

    /// <summary>Columns and rows.</summary>
    public int Side { get; }

    /// <summary>The micrograph that is repeated.</summary>
    public string Name { get; }

    /// <summary>The image, uint8.</summary>
    public byte[] Pixels { get; }

    /// <summary>Labelled pixels.</summary>
    public int Count => _labels.Count;

    /// <summary>Draws strokes until at least so many pixels more are labelled.</summary>
    public void Draw(int pixels)
    {
        for (int wanted = Count + pixels; Count < wanted;)
        {
            Stroke(wanted);
        }
    }

    /// <summary>Takes back the labels of some pixels.</summary>
    public void Erase(int pixels)
    {
        foreach (long at in _labels.Keys.Take(pixels).ToArray())
        {
            _labels.Remove(at);
        }
    }

    /// <summary>The labelled pixels of a page.</summary>
    public LabelledPage Labelled(PreparedImage page) => new(page, (long[])[.. _labels.Keys], (byte[])[.. _labels.Values]);

    /// <summary>One stroke: a walk that keeps its direction for a while.</summary>
    private void Stroke(int most)
    {
        byte value = (byte)((_strokes++ % _classes) + 1);
        double x, y, angle = _random.NextDouble() * Math.Tau;
        do
        {
            (x, y) = (_random.Next(Side), _random.Next(Side));
        }
        while (_truth[((int)y * Side) + (int)x] != value);
        for (int step = 0; step < Steps && Count < most; step++)
        {
            Dot((int)x, (int)y, value, most);
            angle += (_random.NextDouble() - 0.5) * 0.6;
            (x, y) = (x + Math.Cos(angle), y + Math.Sin(angle));
        }
    }

    private void Dot(int x, int y, byte value, int most)
    {
        for (int j = Math.Max(0, y - Radius); j <= Math.Min(Side - 1, y + Radius); j++)
        {
            for (int i = Math.Max(0, x - Radius); i <= Math.Min(Side - 1, x + Radius); i++)
            {
                long at = ((long)j * Side) + i;
                if (_truth[at] == value && Count < most)
                {
                    _labels[at] = value;
                }
            }
        }
    }

    private byte[] Tiled(byte[] small, int width)
    {
        byte[] large = new byte[Side * Side];
        for (int i = 0; i < large.Length; i++)
        {
            large[i] = small[(i / Side % width * width) + (i % Side % width)];
        }
        return large;
    }

    private static (byte[] Samples, int Width) Load(ImageReader image)
    {
        using (image)
        {
            byte[] samples = new byte[image.Info.Bounds.Pixels * image.Info.PixelBytes];
            image.Read(image.Info.Bounds, samples);
            return (samples, (int)image.Info.Width);
        }
    }
}
