using System.Diagnostics;
using FastSeg.Deep.Tokens;
using FastSeg.Deep.Upsamplers;

namespace FastSeg.Checks;

/// <summary>Compares joint bilateral upsampling with float64.</summary>
internal static unsafe class JointBilateralCheck
{
    private const int Channels = 16, Height = 61, Width = 79, Patch = 8;

    /// <summary>
    /// Largest error for features between -1 and 1. A squared difference of colours of up to 1 counts 556 times, so its float32 is up to
    /// 3e-5 beside it, and twice that with the mean's own rounding: so much is each weight beside its own size, and the result beside the
    /// features' range of 2.
    /// </summary>
    private const double Tolerance = 1.5e-4;

    /// <summary>Random features and a random image, of one colour or three.</summary>
    public static BackendCheckResult Run(int seed, int colours)
    {
        const int Rows = (Height + Patch - 1) / Patch, Columns = (Width + Patch - 1) / Patch;
        var random = new Random(seed);
        float[] image = RandomNetwork.Samples(random, colours * Height * Width);
        float[] cells = RandomNetwork.Numbers(random, Channels * Rows * Columns), planes = new float[Channels * Height * Width];
        using var map = new LowResolution(Channels, Rows, Columns, Patch);
        cells.CopyTo(new Span<float>(map.Plane(0), cells.Length));
        using var joint = new JointBilateralCpu(map, colours, Width, Height);
        var all = new Region(0, 0, Width, Height);
        double seconds = 0;
        fixed (float* guide = image, to = planes)
        {
            var guidance = new GuidanceImage(guide, Height * Width, Width, all);
            // The second run is timed, when everything is compiled.
            for (int run = 0; run < 2; run++)
            {
                long start = Stopwatch.GetTimestamp();
                joint.Start(guidance, all);
                joint.Planes(all, to, Width, Height * Width);
                seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
        }
        var reference = new JointBilateralReference(
            Height, Width, colours, Patch, (colour, y, x) => image[(((colour * Height) + y) * Width) + x]);
        double worst = 0;
        for (int i = 0; i < planes.Length; i++)
        {
            (int channel, int y, int x) = (i / (Height * Width), i / Width % Height, i % Width);
            double exact = reference.At((row, column) => cells[(((channel * Rows) + row) * Columns) + column], y, x);
            worst = Math.Max(worst, Math.Abs(planes[i] - exact));
        }
        string of = colours == 1 ? "grey" : "colours";
        return new BackendCheckResult($"deep: joint bilateral, {of}", $"{Width} x {Height} x {Channels}", worst, Tolerance, seconds);
    }
}
