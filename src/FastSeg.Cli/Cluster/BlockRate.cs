using System.Diagnostics;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Runs;

namespace FastSeg.Cli.Cluster;

/// <summary>How fast a model segments, and into how many blocks work is worth dividing.</summary>
internal static class BlockRate
{
    /// <summary>Columns and rows of the part that is measured: a moment of work, and large enough for whole tiles.</summary>
    private const int Side = 512;

    /// <summary>Pixels a second, by a part in the middle of an image, segmented here.</summary>
    /// <param name="model">The model.</param>
    /// <param name="backbone">The transformer of its deep features, or null.</param>
    /// <param name="image">The image.</param>
    /// <param name="options">How it is segmented.</param>
    /// <param name="cpus">Cores of a task, of which this machine may have fewer.</param>
    /// <param name="compute">Backend and cancellation.</param>
    public static double Of(
        Model model, Backbone? backbone, ImageReader image, SegmentOptions options, int cpus, ComputeOptions compute)
    {
        Region all = image.Info.Bounds;
        long width = Math.Min(Side, all.Width), height = Math.Min(Side, all.Height);
        var middle = new Region((all.Width - width) / 2, (all.Height - height) / 2, width, height);
        using var part = new CroppedImage(image, middle);
        int threads = Math.Min(cpus, Environment.ProcessorCount);
        SegmentOptions plain = options with { Region = null, Mask = null };
        var segmenter = new Segmenter(model, backbone);
        double Once()
        {
            long start = Stopwatch.GetTimestamp();
            segmenter.Segment(part, plain, compute with { Threads = threads, Strict = false });
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        // The first time counts the compilation of loops, too.
        Once();
        return middle.Pixels / Once() * cpus / threads;
    }

    /// <summary>As many blocks as there may be, or fewer, so that each takes long enough.</summary>
    /// <param name="seconds">The whole work on one task.</param>
    /// <param name="most">Most blocks.</param>
    /// <param name="least">Least time of a block.</param>
    public static int Blocks(double seconds, int most, TimeSpan least) =>
        least <= TimeSpan.Zero ? most : (int)Math.Clamp(Math.Floor(seconds / least.TotalSeconds), 1, most);
}
