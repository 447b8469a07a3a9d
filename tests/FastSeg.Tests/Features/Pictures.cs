namespace FastSeg.Tests.Features;

/// <summary>Small synthetic images.</summary>
internal static class Pictures
{
    public static SampleReader Create(string name, int width, int height, int channels, SampleType type)
    {
        var random = new Random(12345);
        Func<int, int, int, double> sample = name switch
        {
            "random" => (_, _, _) => random.NextDouble(),
            "impulse" => (x, y, channel) => x == width / 2 && y == height / 2 ? 1 - (0.25 * channel) : 0,
            "ramp" => (x, y, channel) => ((3 * x) + y + (5 * channel)) / (3.0 * (width + height + 5)),
            "constant" => (_, _, channel) => 0.5 + (0.125 * channel),
            "blobs" => (x, y, channel) => 0.5 + (0.2 * Math.Sin((x + channel) / 3.0) * Math.Cos(y / 5.0)) + (0.2 * random.NextDouble()),
            _ => throw new ArgumentException($"no picture {name}", nameof(name)),
        };
        return SampleReader.Create(width, height, channels, type, sample);
    }
}
