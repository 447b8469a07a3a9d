namespace FastSeg.Tests.Runs;

/// <summary>A segmentation with every output in memory.</summary>
/// <param name="Labels">Height x width, 1..C, 0 outside of a mask.</param>
/// <param name="Probabilities">Classes x height x width.</param>
/// <param name="Confidence">Height x width.</param>
/// <param name="Run">What the run says of itself.</param>
internal sealed record SmoothedRun(byte[] Labels, float[] Probabilities, float[] Confidence, RunResult Run)
{
    /// <summary>Segments an image, or a region of it.</summary>
    public static SmoothedRun Of(
        Model model, ImageReader image, SegmentOptions segment, ComputeOptions? options = null, Backbone? backbone = null)
    {
        var segmenter = new Segmenter(model, backbone);
        ImageLayout layout = segmenter.LabelLayout(image.Info, segment);
        long pixels = layout.Width * layout.Height;
        byte[] labels = new byte[pixels];
        float[] probabilities = new float[pixels * model.Classes.Count], confidence = new float[pixels];
        using SegmentWriters writers = new(segmenter, image, segment, labels, probabilities, confidence);
        RunResult run = segmenter.Segment(image, writers.Outputs, segment, options ?? new ComputeOptions { Backend = BackendKind.Cpu });
        return new SmoothedRun(labels, probabilities, confidence, run);
    }

    /// <summary>The plan of the same run.</summary>
    public static Plan PlanOf(Model model, ImageReader image, SegmentOptions segment, ComputeOptions options)
    {
        var segmenter = new Segmenter(model);
        ImageLayout layout = segmenter.LabelLayout(image.Info, segment);
        long pixels = layout.Width * layout.Height;
        using SegmentWriters writers = new(
            segmenter, image, segment, new byte[pixels], new float[pixels * model.Classes.Count], new float[pixels]);
        return segmenter.Plan(image, writers.Outputs, segment, options);
    }

    /// <summary>Writers into arrays, which are pinned until this is disposed.</summary>
    private sealed class SegmentWriters(
        Segmenter segmenter, ImageReader image, SegmentOptions segment, byte[] labels, float[] probabilities, float[] confidence)
        : IDisposable
    {
        public SegmentOutputs Outputs { get; } = new()
        {
            Labels = MemoryWriter.Into<byte>(segmenter.LabelLayout(image.Info, segment), labels),
            Probabilities = MemoryWriter.Into<float>(
                segmenter.ProbabilityLayout(image.Info, SampleType.Float32, segment), probabilities),
            Confidence = MemoryWriter.Into<float>(segmenter.ConfidenceLayout(image.Info, segment), confidence),
        };

        public void Dispose()
        {
            Outputs.Labels!.Dispose();
            Outputs.Probabilities!.Dispose();
            Outputs.Confidence!.Dispose();
        }
    }
}
