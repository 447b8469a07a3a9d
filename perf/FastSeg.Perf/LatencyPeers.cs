using System.Text.Json;

namespace FastSeg.Perf;

/// <summary>The same frame as one would do it in Python: features of scikit-image or OpenCV, and XGBoost's prediction.</summary>
internal static class LatencyPeers
{
    /// <summary>Our frames a second over the peer's, at least.</summary>
    private const double SkimageLeast = 40, OpenCvLeast = 15;

    public static void Run(PerfRun run, Model dense, int side)
    {
        using var folder = new ScratchFolder();
        string image = folder.File("frame.npy"), trees = folder.File("trees.ubj"), labels = folder.File("labels.npy");
        PerfImages.SaveMosaic(image, side);
        File.WriteAllBytes(trees, dense.ForestBytes.ToArray());
        using (ImageReader reader = ImageFile.Open(image))
        {
            LabelMap map = new Segmenter(dense).Segment(reader);
            using ImageWriter writer = ImageFile.Create(labels, new ImageLayout(side, side, SampleType.UInt8));
            writer.Write(reader.Info.Bounds, map.Labels);
            writer.Commit();
        }
        Latency ours = run.Latencies.Last(x => x.Door == "C#" && x.Name == LatencyBench.Name("segment, dense", side, SampleType.UInt8));
        foreach ((string filters, double least) in ((string, double)[])[("skimage", SkimageLeast), ("opencv", OpenCvLeast)])
        {
            string threads = $"{run.Options.Threads}";
            if (Python.Run(run, "frame.py", image, trees, "--filters", filters, "--threads", threads, "--check", labels) is not { } peer)
            {
                continue;
            }
            double[] seconds = [.. peer.GetProperty("seconds").EnumerateArray().Select(x => x.GetDouble()).Order()];
            var theirs = new Latency(ours.Name, $"{filters} and XGBoost", seconds);
            run.Add(theirs);
            double pixels = (double)side * side;
            string agreement = $"{100 * peer.GetProperty("same").GetDouble():F2} % of the labels are the same";
            run.Add(new Comparison($"frame: {ours.Name}", theirs.Door, pixels / ours.Median, pixels / theirs.Median, agreement)
            {
                Goal = Goal.AtLeast(least),
            });
        }
    }
}
