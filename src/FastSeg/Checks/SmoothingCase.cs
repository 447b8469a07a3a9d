using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Probabilities;

namespace FastSeg.Checks;

/// <summary>A random page with margins, and what the CPU makes of them step by step. Everything is one tile.</summary>
internal sealed unsafe class SmoothingCase
{
    /// <summary>Radius and epsilon of the filter, mean and deviation that the samples are standardised by.</summary>
    public const int Radius = 8;

    public const double Epsilon = 0.05;

    /// <summary>Makes the page and smooths it.</summary>
    /// <param name="side">Side of the page.</param>
    /// <param name="groups">Groups of the margins: 1 for two classes.</param>
    /// <param name="seed">Seed of the random input.</param>
    public SmoothingCase(int side, int groups, int seed)
    {
        (Side, Groups, Classes) = (side, groups, Math.Max(groups, 2));
        Samples = CheckScene.Samples(side, seed);
        var random = new Random(seed);
        Margins = [.. Enumerable.Range(0, groups * Pixels).Select(_ => 8 * (random.NextSingle() - 0.5f))];
        Probabilities = new float[Classes * Pixels];
        Guide = new float[Pixels];
        Smoothed = new float[Classes * Pixels];
        using var image = MemoryImage.FromMemory<byte>(Samples, side, side);
        using var tile = new Tile(Page, 0, 1, image.Info);
        tile.Fill(image, Page);
        using var guide = new GuideCpu(side);
        using var filter = new GuidedFilterCpu(Classes, Radius, Epsilon);
        fixed (float* margins = Margins, p = Probabilities, i = Guide, g = Smoothed)
        {
            SoftmaxCpu.Run(margins, Pixels, groups, p, Pixels, Pixels);
            guide.Run(tile, Statistics, Page, i, side);
            var rows = new Rows { To = g, Side = side, Classes = Classes };
            filter.Run(GuidedTileCpu.Whole(Page, Page, p, i), ref rows);
        }
    }

    /// <summary>What the samples are standardised by.</summary>
    public static SampleStatistics Statistics { get; } = new(120, 60);

    public int Side { get; }

    public int Groups { get; }

    public int Classes { get; }

    /// <summary>Samples, uint8.</summary>
    public byte[] Samples { get; }

    /// <summary>Groups x pixels.</summary>
    public float[] Margins { get; }

    /// <summary>Classes x pixels.</summary>
    public float[] Probabilities { get; }

    /// <summary>The guide.</summary>
    public float[] Guide { get; }

    /// <summary>g: classes x pixels.</summary>
    public float[] Smoothed { get; }

    /// <summary>The whole page.</summary>
    public Region Page => new(0, 0, Side, Side);

    /// <summary>Pixels of the page.</summary>
    public int Pixels => Side * Side;

    private struct Rows : ISmoothedRows
    {
        public float* To;
        public int Side;
        public int Classes;

        public readonly void Take(long x, long y, int width, float* smoothed, nint classStride)
        {
            for (int c = 0; c < Classes; c++)
            {
                float* to = To + (((c * (long)Side) + y) * Side) + x;
                new ReadOnlySpan<float>(smoothed + (c * classStride), width).CopyTo(new Span<float>(to, width));
            }
        }
    }
}
