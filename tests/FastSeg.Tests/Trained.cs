namespace FastSeg.Tests;

/// <summary>Models that are trained once for many tests, and short ways to apply them.</summary>
internal static class Trained
{
    /// <summary>A training that takes a moment.</summary>
    public static readonly TrainingOptions Quick = TrainingOptions.Published with { Rounds = 8, Depth = 4 };

    private static readonly Lazy<Model> LazyGrey = new(() =>
        Segmenter.Train([new SyntheticScene(200, 150).Training], training: Quick).Model);

    private static readonly Lazy<Model> LazyColour = new(() =>
        Segmenter.Train([new SyntheticScene(120, 90, channels: 3).Training], training: Quick).Model);

    /// <summary>Features of samples that are not standardised: what is computed of a part needs nothing of the rest of the page.</summary>
    public static readonly FeatureSpec ByType = FeatureSpec.Paper with { Standardise = Standardisation.None };

    private static readonly Lazy<Model> LazyGreyByType = new(() =>
        Segmenter.Train([new SyntheticScene(200, 150).Training], ByType, Quick).Model);

    /// <summary>As <see cref="Grey"/>, without standardisation.</summary>
    public static Model GreyByType => LazyGreyByType.Value;

    /// <summary>A model of three classes, for grey images.</summary>
    public static Model Grey => LazyGrey.Value;

    /// <summary>A model of three classes, for RGB images.</summary>
    public static Model Colour => LazyColour.Value;

    /// <summary>The label map of an image or of a region of it: height x width, one byte each.</summary>
    public static byte[] Labels(Model model, ImageReader image, ComputeOptions? run = null, SegmentOptions? options = null)
    {
        var segmenter = new Segmenter(model);
        ImageLayout layout = segmenter.LabelLayout(image.Info, options);
        byte[] labels = new byte[layout.Width * layout.Height * layout.Type.Bytes()];
        using MemoryWriter writer = layout.Type == SampleType.UInt8
            ? MemoryWriter.Into<byte>(layout, labels)
            : throw new ArgumentException("labels of one byte only");
        segmenter.Segment(image, new SegmentOutputs { Labels = writer }, options, run);
        return labels;
    }

    /// <summary>The features of every pixel of an image: pixels x planes.</summary>
    public static float[] FeatureRows(Model model, ImageReader image)
    {
        long pixels = image.Info.Bounds.Pixels;
        float[] planes = new float[model.Planes * pixels];
        Segmenter.Features(image, model.Features, model.Channels, names => MemoryWriter.Into<float>(
            new ImageLayout(image.Info.Width, image.Info.Height, SampleType.Float32, names.Count), planes));
        float[] rows = new float[planes.Length];
        for (long i = 0; i < pixels; i++)
        {
            for (int plane = 0; plane < model.Planes; plane++)
            {
                rows[(i * model.Planes) + plane] = planes[(plane * pixels) + i];
            }
        }
        return rows;
    }
}
