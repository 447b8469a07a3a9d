using FastSeg.Images;
using FastSeg.Images.Samples;

namespace FastSeg.Checks;

/// <summary>
/// The input of the checks: a random image with scribbles on it, its features, a model trained on them, and its segmentation.
/// </summary>
internal static class CheckScene
{
    /// <summary>A square image of one channel: waves with noise over them.</summary>
    public static byte[] Samples(int side, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, side * side).Select(i =>
        {
            double wave = Math.Sin(i % side / 9.0) + Math.Cos(i / side / 7.0);
            return (byte)Math.Clamp(255 * (0.4 + (0.2 * wave) + (0.2 * random.NextDouble())), 0, 255);
        })];
    }

    /// <summary>
    /// Labels 1 to <paramref name="classes"/> on every fifth pixel, 0 elsewhere. The label depends on the brightness in an image with other
    /// noise: so no single feature tells the class, and trees ask for many features.
    /// </summary>
    public static byte[] Scribbles(int side, int seed, int classes) =>
        [.. Samples(side, seed + 1).Select((value, i) => (byte)(i % 5 == 0 ? 1 + (value * classes / 256) : 0))];

    /// <summary>A model trained on <see cref="Samples"/> and <see cref="Scribbles"/>.</summary>
    public static Model Trained(int side, int seed, int classes, TrainingOptions training, BackendKind kind)
    {
        byte[] samples = Samples(side, seed), scribbles = Scribbles(side, seed, classes);
        using var image = MemoryImage.FromMemory<byte>(samples, side, side);
        using var drawn = MemoryImage.FromMemory<byte>(scribbles, side, side);
        return Segmenter.Train([new TrainingImage(image, drawn)], training: training, options: new ComputeOptions { Backend = kind }).Model;
    }

    /// <summary>What filters see of an image that is standardised as a whole.</summary>
    public static SampleMap Map(ImageReader image) =>
        SampleMap.Of(SampleStatisticsPass.Run(image, null, 1, new ComputeOptions()).Statistics);

    /// <summary>Features of a square image of one channel, computed by the CPU: planes x side x side.</summary>
    public static float[] Planes(FeatureSpec spec, byte[] samples, int side)
    {
        using var image = MemoryImage.FromMemory<byte>(samples, side, side);
        return Planes(spec, image);
    }

    /// <summary>Features of an image of one channel, computed by the CPU: planes x height x width.</summary>
    public static float[] Planes(FeatureSpec spec, ImageReader image)
    {
        (int width, int height) = ((int)image.Info.Width, (int)image.Info.Height);
        float[] planes = new float[spec.Names.Count * width * height];
        Segmenter.Features(
            image, spec, 1, names => MemoryWriter.Into<float>(new ImageLayout(width, height, SampleType.Float32, names.Count), planes),
            new ComputeOptions { Backend = BackendKind.Cpu });
        return planes;
    }

    /// <summary>Labels (height x width) and probabilities (classes x height x width) of an image.</summary>
    public static (byte[] Map, float[] Probabilities) Segment(Model model, ImageReader image, BackendKind kind)
    {
        int pixels = (int)image.Info.Bounds.Pixels;
        byte[] map = new byte[pixels];
        float[] probabilities = new float[model.Classes.Count * pixels];
        var segmenter = new Segmenter(model);
        using var labels = MemoryWriter.Into<byte>(segmenter.LabelLayout(image.Info), map);
        using var likely = MemoryWriter.Into<float>(segmenter.ProbabilityLayout(image.Info, SampleType.Float32), probabilities);
        var outputs = new SegmentOutputs { Labels = labels, Probabilities = likely };
        segmenter.Segment(image, outputs, options: new ComputeOptions { Backend = kind });
        return (map, probabilities);
    }
}
