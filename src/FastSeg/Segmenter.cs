using System.Diagnostics;
using FastSeg.Files.Runs;
using FastSeg.Images;
using FastSeg.Images.Labels;
using FastSeg.Images.Samples;
using FastSeg.Pages;
using FastSeg.Runs;
using FastSeg.Training;
using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>
/// The way in: trains models, and applies a model to images from files or memory. A segmenter takes one call at a time; several segmenters
/// may share a <see cref="Model"/> and run at once.
/// </summary>
public sealed class Segmenter
{
    private readonly Backbone? _backbone;

    /// <summary>Takes a model to apply.</summary>
    /// <param name="model">The model.</param>
    /// <param name="backbone">
    /// The backbone that the model was trained with; null for a model without deep features. The caller keeps owning it.
    /// </param>
    public Segmenter(Model model, Backbone? backbone = null) => (Model, _backbone) = (NotNull(model), backbone);

    /// <summary>The model that is applied.</summary>
    public Model Model { get; }

    /// <summary>
    /// Trains a model from scribbles. Features are computed only around labelled pixels: in the smallest rectangle that holds those of a
    /// tile.
    /// </summary>
    /// <param name="images">Images and their labels; all of them together are one training set.</param>
    /// <param name="features">Which features; null for <see cref="FeatureSpec.Paper"/>.</param>
    /// <param name="training">How the trees are trained; null for the defaults.</param>
    /// <param name="deep">Deep features behind the classical ones, or null.</param>
    /// <param name="names">A name for each class, by ascending label value; null for names such as "class 7".</param>
    /// <param name="options">
    /// Threads, memory, backend, progress, cancellation; null for the defaults. Of these only the backend can change a result;
    /// <see cref="ComputeOptions"/> says when.
    /// </param>
    /// <param name="smooth">
    /// What is done to the probabilities of an image that is segmented with the model; null for nothing. Training does not depend on it.
    /// </param>
    /// <param name="heldOut">
    /// Whether labelled pixels are held out to score the training, which takes up to five more trainings, and to choose the smoothing.
    /// </param>
    /// <returns>The model, and what training took.</returns>
    /// <exception cref="FastSegException">
    /// There is no image, labels do not fit an image, no pixel or only one class is labelled, an option is out of its range, memory is not
    /// enough, or XGBoost is missing or fails.
    /// </exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static TrainingResult Train(
        IReadOnlyList<TrainingImage> images, FeatureSpec? features = null, TrainingOptions? training = null,
        IReadOnlyList<string>? names = null, ComputeOptions? options = null, DeepOptions? deep = null, Smoothing? smooth = null,
        HeldOut heldOut = HeldOut.Nothing)
    {
        if (heldOut == HeldOut.ChooseSmoothing && smooth is not null)
        {
            throw new ArgumentException("A smoothing is given, and another is to be chosen; leave one of them out.", nameof(smooth));
        }
        var trainer = new Trainer(
            features ?? FeatureSpec.Paper, training ?? new TrainingOptions(), deep, names, options ?? new ComputeOptions())
        {
            Smoothing = smooth ?? Smoothing.None,
            HeldOut = heldOut,
        };
        return trainer.Train(NoneNull(images));
    }

    /// <summary>
    /// Computes the feature stack of an image: one page a plane, in the order of <see cref="FeatureSpec.PlaneNames"/>, then the deep ones.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="features">Which features.</param>
    /// <param name="channels">
    /// Channels whose features are computed, as in <see cref="Model.Channels"/>: the image's own, 1 of equal colours, or 3 of a grey one;
    /// 0 stands for 1 where the image is grey, and else for all of its own.
    /// </param>
    /// <param name="output">
    /// Makes the float32 writer, given the planes' names: one page for each. The call commits and disposes the writer.
    /// </param>
    /// <param name="options">
    /// Threads, memory, backend, progress, cancellation; null for the defaults. Of these only the backend can change a result;
    /// <see cref="ComputeOptions"/> says when.
    /// </param>
    /// <param name="deep">Deep features behind the classical ones, their projection fitted to this image with seed 0; or null.</param>
    /// <param name="mask">0 where a pixel is left out, as by <see cref="SegmentOptions.Mask"/>; null where none is.</param>
    /// <exception cref="FastSegException">
    /// The features cannot be computed, the image is corrupt or has a sample that filters must not see, memory is not enough, or a result
    /// cannot be written.
    /// </exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static RunResult Features(
        ImageReader image, FeatureSpec features, int channels, Func<IReadOnlyList<string>, ImageWriter> output,
        ComputeOptions? options = null, DeepOptions? deep = null, ImageReader? mask = null)
    {
        var run = new FeatureRun(NarrowedImage.Of(NotNull(image)), options ?? new ComputeOptions()) { Mask = LabelSet.OfMask(mask) };
        ChannelSet? seen = ChannelSet.Wanted(image.Info, channels);
        return deep is null
            ? run.Run(NotNull(features), seen, null, null, NotNull(output))
            : run.Fitted(NotNull(features), seen, deep, NotNull(output));
    }

    /// <summary>
    /// Computes the deep features of an image twice: once with each cell's features repeated over its pixels, and once upsampled as wanted.
    /// The projection is fitted to the image with seed 0; fit and transformer run once for both.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="deep">Which features.</param>
    /// <param name="low">
    /// Makes the float32 writer of the cells' features, given the planes' names. The call commits and disposes the writer.
    /// </param>
    /// <param name="full">Makes the float32 writer of the upsampled features, likewise.</param>
    /// <param name="options">
    /// Threads, memory, backend, progress, cancellation; null for the defaults. Of these only the backend can change a result;
    /// <see cref="ComputeOptions"/> says when.
    /// </param>
    /// <param name="standardise">How samples are brought to one mean and deviation before the transformer sees them.</param>
    /// <exception cref="FastSegException">
    /// The features cannot be computed, the image is corrupt or has a sample that filters must not see, memory is not enough, or a result
    /// cannot be written.
    /// </exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static RunResult DeepFeatures(
        ImageReader image, DeepOptions deep, Func<IReadOnlyList<string>, ImageWriter> low,
        Func<IReadOnlyList<string>, ImageWriter> full, ComputeOptions? options = null,
        Standardisation standardise = Standardisation.Image) =>
        new FeatureRun(NarrowedImage.Of(NotNull(image)), options ?? new ComputeOptions())
            .AtBothResolutions(NotNull(deep), NotNull(low), NotNull(full), standardise);

    /// <summary>Computes the features of an image into memory, without a model.</summary>
    /// <param name="image">The image.</param>
    /// <param name="features">Which features.</param>
    /// <param name="options">
    /// Threads, memory, backend, progress, cancellation; null for the defaults. Of these only the backend can change a result;
    /// <see cref="ComputeOptions"/> says when.
    /// </param>
    /// <param name="deep">Deep features behind the classical ones, their projection fitted to this image with seed 0; or null.</param>
    /// <exception cref="FastSegException">
    /// As in the overload that takes a writer; also where the stack is larger than an array can be.
    /// </exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static FeatureStack Features(
        ImageReader image, FeatureSpec features, ComputeOptions? options = null, DeepOptions? deep = null) =>
        FeatureStack.Of(
            NotNull(image), NotNull(features).Names.Count + (deep?.Channels ?? 0),
            output => Features(image, features, 0, output, options, deep));

    /// <summary>Computes exactly the planes that the model sees into memory: classical ones, then deep ones.</summary>
    /// <param name="image">The image.</param>
    /// <param name="options">
    /// Threads, memory, backend, progress, cancellation; null for the defaults. Of these only the backend can change a result;
    /// <see cref="ComputeOptions"/> says when.
    /// </param>
    /// <exception cref="FastSegException">
    /// As in the overload that takes a writer; also where the stack is larger than an array can be.
    /// </exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public FeatureStack Features(ImageReader image, ComputeOptions? options = null) =>
        FeatureStack.Of(NotNull(image), Model.Planes, output => Features(image, output, options));

    /// <summary>Computes exactly the planes that the model sees: classical ones, then deep ones.</summary>
    /// <param name="image">The image.</param>
    /// <param name="output">
    /// Makes the float32 writer, given the planes' names: one page for each. The call commits and disposes the writer.
    /// </param>
    /// <param name="options">
    /// Threads, memory, backend, progress, cancellation; null for the defaults. Of these only the backend can change a result;
    /// <see cref="ComputeOptions"/> says when.
    /// </param>
    /// <param name="mask">0 where a pixel is left out, as by <see cref="SegmentOptions.Mask"/>; null where none is.</param>
    /// <exception cref="FastSegException">
    /// The features cannot be computed, the image is corrupt or has a sample that filters must not see, the model's backbone was not given,
    /// memory is not enough, or a result cannot be written.
    /// </exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public RunResult Features(
        ImageReader image, Func<IReadOnlyList<string>, ImageWriter> output, ComputeOptions? options = null, ImageReader? mask = null) =>
        new FeatureRun(NarrowedImage.Of(NotNull(image)), options ?? new ComputeOptions()) { Mask = LabelSet.OfMask(mask) }
            .Run(Model, _backbone, NotNull(output));

    /// <summary>
    /// The layout of the label map that <see cref="Segment(ImageReader, SegmentOutputs, SegmentOptions?, ComputeOptions?)"/> writes: uint8,
    /// or uint16 where values above 255 are kept.
    /// </summary>
    /// <param name="image">The image to be segmented.</param>
    /// <param name="options">Region and label values; null for the whole image and labels 1..C.</param>
    /// <exception cref="FastSegException">The region is empty or not inside the image.</exception>
    public ImageLayout LabelLayout(ImageInfo image, SegmentOptions? options = null)
    {
        Region area = SegmentRun.Area(image, options ?? new SegmentOptions());
        bool kept = options?.KeepValues ?? false;
        SampleType type = kept && Model.Classes[^1].Value > byte.MaxValue ? SampleType.UInt16 : SampleType.UInt8;
        return new ImageLayout(area.Width, area.Height, type)
        {
            PixelSize = image.PixelSize,
            IsLabelMap = true,
            Classes = [.. Model.Classes.Select((one, i) => new LabelClass(kept ? one.Value : i + 1, one.Value, one.Name))],
            Levels = image.Levels,
        };
    }

    /// <summary>The layout of the probabilities: one page for each class, by ascending label value.</summary>
    /// <param name="image">The image to be segmented.</param>
    /// <param name="type"><see cref="SampleType.Float32"/> or <see cref="SampleType.UInt8"/>.</param>
    /// <param name="options">The region; null for the whole image.</param>
    /// <exception cref="FastSegException">The region is empty or not inside the image.</exception>
    public ImageLayout ProbabilityLayout(ImageInfo image, SampleType type, SegmentOptions? options = null)
    {
        Region area = SegmentRun.Area(image, options ?? new SegmentOptions());
        return new ImageLayout(area.Width, area.Height, type, Model.Classes.Count)
        {
            PixelSize = image.PixelSize,
            PageNames = [.. Model.Classes.Select(c => c.Name)],
            KeepPageAxis = true,
            Levels = image.Levels,
        };
    }

    /// <summary>The layout of the confidence map: one page of float32.</summary>
    /// <param name="image">The image to be segmented.</param>
    /// <param name="options">The region; null for the whole image.</param>
    /// <exception cref="FastSegException">The region is empty or not inside the image.</exception>
    public ImageLayout ConfidenceLayout(ImageInfo image, SegmentOptions? options = null)
    {
        Region area = SegmentRun.Area(image, options ?? new SegmentOptions());
        return new ImageLayout(area.Width, area.Height, SampleType.Float32) { PixelSize = image.PixelSize, Levels = image.Levels };
    }

    /// <summary>
    /// Tiles, buffers and peak memory of a segmentation into memory, <see cref="Segment(ImageReader, SegmentOptions?, ComputeOptions?)"/>,
    /// before it runs.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="segment">Region and mask.</param>
    /// <param name="options">Threads, memory, backend.</param>
    /// <exception cref="FastSegException">As for the other overload.</exception>
    public Plan Plan(ImageReader image, SegmentOptions? segment = null, ComputeOptions? options = null)
    {
        SegmentOptions how = Bytewise(segment);
        ImageLayout labels = LabelLayout(NotNull(image).Info, how);
        long bytes = InMemory.ArrayLength(image.Info, labels);
        return Run(image, how, options).Plan(new OutputSketches(new OutputSketch(labels, _ => bytes), null, null));
    }

    /// <summary>
    /// Tiles, buffers and peak memory of a segmentation into files, before it runs. No file is created. With deep features the network runs
    /// once, over one window, where its memory has not been measured yet.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="outputs">What would be written, and in which formats.</param>
    /// <param name="segment">Region, mask, label values.</param>
    /// <param name="options">Threads, memory, backend.</param>
    /// <exception cref="FastSegException">
    /// The region is not inside the image, the mask does not fit it, a format cannot hold an output, the model's backbone was not given,
    /// the device is not there, or no plan fits the memory.
    /// </exception>
    /// <exception cref="ArgumentException">The probabilities are to be uint16.</exception>
    public Plan Plan(ImageReader image, PlannedOutputs outputs, SegmentOptions? segment = null, ComputeOptions? options = null) =>
        Run(image, segment, options).Plan(new OutputSketches(
            PlannedFile.Sketch(NotNull(outputs).Labels, LabelLayout(image.Info, segment), outputs),
            PlannedFile.Sketch(outputs.Probabilities, ProbabilityLayout(image.Info, outputs.ProbabilityType, segment), outputs),
            PlannedFile.Sketch(outputs.Confidence, ConfidenceLayout(image.Info, segment), outputs)));

    /// <summary>Keeps what a run needs of the whole image in the run's folder. Returns whether anything was needed.</summary>
    internal bool Prepare(ImageReader image, RunFolder folder, SegmentOptions segment, ComputeOptions options, bool samplesAlone) =>
        Run(image, segment, options).PrepareFor(folder, samplesAlone);

    /// <summary>The plan of a segmentation into writers that are open already.</summary>
    internal Plan Plan(ImageReader image, SegmentOutputs outputs, SegmentOptions? segment = null, ComputeOptions? options = null) =>
        Run(image, segment, options).Plan(OutputSketches.Of(outputs));

    /// <summary>Labels every pixel of an image, into memory.</summary>
    /// <param name="image">The image; its channels must fit the model.</param>
    /// <param name="segment">
    /// Region and mask. Labels are always 1..C here; <see cref="LabelMap.Classes"/> has the values that were drawn.
    /// </param>
    /// <param name="options">
    /// Threads, memory, backend, progress, cancellation; null for the defaults. Of these only the backend can change a result;
    /// <see cref="ComputeOptions"/> says when.
    /// </param>
    /// <exception cref="FastSegException">
    /// The image is corrupt or does not fit the model, the region or the mask does not fit the image, the model's backbone was not given,
    /// memory is not enough, or there are more pixels than an array can hold.
    /// </exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public LabelMap Segment(ImageReader image, SegmentOptions? segment = null, ComputeOptions? options = null)
    {
        long start = Stopwatch.GetTimestamp();
        SegmentOptions how = Bytewise(segment);
        ImageLayout layout = LabelLayout(NotNull(image).Info, how);
        byte[] labels = new byte[InMemory.ArrayLength(image.Info, layout)];
        using MemoryWriter writer = MemoryWriter.Owning(layout, labels);
        RunResult run = Segment(image, new SegmentOutputs { Labels = writer }, how, options);
        return new LabelMap(SegmentRun.Area(image.Info, how), labels, Model.Classes, run with
        {
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
        });
    }

    /// <summary>
    /// Labels every pixel of an image, tile by tile, for images of any size. At the end the output files get their final names. When the
    /// call fails, nothing is left of files that it has not committed, once their writers are disposed.
    /// </summary>
    /// <param name="image">The image; its channels must fit the model.</param>
    /// <param name="outputs">Where labels, probabilities and confidence go; the caller keeps owning the writers.</param>
    /// <param name="segment">Region, mask, label values.</param>
    /// <param name="options">
    /// Threads, memory, backend, progress, cancellation; null for the defaults. Of these only the backend can change a result;
    /// <see cref="ComputeOptions"/> says when.
    /// </param>
    /// <exception cref="FastSegException">
    /// The image is corrupt or does not fit the model, the region or the mask does not fit the image, the model's backbone was not given,
    /// memory is not enough, or a result cannot be written.
    /// </exception>
    /// <exception cref="ArgumentException">A writer's layout is not that of the output.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public RunResult Segment(ImageReader image, SegmentOutputs outputs, SegmentOptions? segment = null, ComputeOptions? options = null) =>
        Run(image, segment, options).Run(NotNull(outputs));

    /// <summary>
    /// The same for the images of a stack, one after the other, into writers of <see cref="ImageStack.LayoutOf"/>. Each gets the labels of
    /// a call by itself. There is a mask for each, or one for all among the options; <paramref name="done"/> hears of each that is done.
    /// </summary>
    /// <exception cref="FastSegException">As for an image; also where images differ, or there are not as many masks.</exception>
    public RunResult Segment(
        ImageStack stack, SegmentOutputs outputs, SegmentOptions? segment = null, ComputeOptions? options = null, ImageStack? masks = null,
        Action<ImageInfo, RunResult>? done = null) =>
        new StackRun(Model, _backbone, NotNull(stack), masks, SegmentOptions.Of(segment), options ?? new ComputeOptions())
            .Run(NotNull(outputs), done);

    /// <summary>As for an image; what is known of a prepared one is not found out again.</summary>
    /// <param name="image">The image; its channels must fit the model.</param>
    /// <param name="segment">Region and mask; with a mask, nothing that is known of the whole image is used.</param>
    /// <param name="options">Threads, memory, backend, progress, cancellation; null for the defaults.</param>
    /// <exception cref="FastSegException">As for an image; a backbone is needed only where the deep features are not there.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public LabelMap Segment(PreparedImage image, SegmentOptions? segment = null, ComputeOptions? options = null)
    {
        SegmentOptions how = Bytewise(segment);
        byte[] labels = new byte[InMemory.ArrayLength(NotNull(image).Info, LabelLayout(image.Info, how))];
        Region area = SegmentRun.Area(image.Info, how);
        return new LabelMap(area, labels, Model.Classes, Segment(image, area, labels, segment: how, options: options));
    }

    /// <summary>The same into memory of the caller's: a region's labels and, where it is wanted, its confidence.</summary>
    /// <param name="image">The image; its channels must fit the model.</param>
    /// <param name="region">The region; that of <paramref name="segment"/> is not looked at.</param>
    /// <param name="labels">Gets a byte a pixel of the region, row by row.</param>
    /// <param name="confidence">Gets a number a pixel; empty where it is not wanted.</param>
    /// <param name="segment">Mask, smoothing, label values. Values are kept only where a byte holds them.</param>
    /// <param name="options">Threads, memory, backend, progress, cancellation; null for the defaults.</param>
    /// <exception cref="FastSegException">As for the other overload; also where the memory is too short.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; the memory then holds part of the result.</exception>
    public unsafe RunResult Segment(
        PreparedImage image, Region region, Span<byte> labels, Span<float> confidence = default, SegmentOptions? segment = null,
        ComputeOptions? options = null)
    {
        SegmentOptions how = (segment ?? new SegmentOptions()) with { Region = region };
        ImageLayout layout = LabelLayout(NotNull(image).Info, how), sure = ConfidenceLayout(image.Info, how);
        if (layout.Type != SampleType.UInt8)
        {
            throw new FastSegException($"The value {Model.Classes[^1].Value} does not fit into a byte; use the call with writers.");
        }
        long pixels = InMemory.ArrayLength(image.Info, layout);
        if (labels.Length < pixels || (confidence.Length > 0 && confidence.Length < pixels))
        {
            throw new FastSegException($"The memory for the result is too short: the region {region} has {pixels} pixels.");
        }
        fixed (byte* first = labels)
        fixed (float* firstSure = confidence)
        {
            using var labelWriter = new MemoryWriter(layout, (nint)first);
            using MemoryWriter? sureWriter = confidence.Length == 0 ? null : new MemoryWriter(sure, (nint)firstSure);
            return Segment(image, new SegmentOutputs { Labels = labelWriter, Confidence = sureWriter }, how, options);
        }
    }

    /// <summary>As for an image, with writers; what is known of a prepared one is not found out again.</summary>
    /// <param name="image">The image; its channels must fit the model.</param>
    /// <param name="outputs">Where labels, probabilities and confidence go; the caller keeps owning the writers.</param>
    /// <param name="segment">Region, mask, label values; with a mask, nothing that is known of the whole image is used.</param>
    /// <param name="options">Threads, memory, backend, progress, cancellation; null for the defaults.</param>
    /// <exception cref="FastSegException">As for an image; a backbone is needed only where the deep features are not there.</exception>
    /// <exception cref="ArgumentException">A writer's layout is not that of the output.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public RunResult Segment(
        PreparedImage image, SegmentOutputs outputs, SegmentOptions? segment = null, ComputeOptions? options = null) => PageRun.Segment(
            Model, _backbone, NotNull(image), NotNull(outputs), SegmentOptions.Of(segment), options ?? new ComputeOptions());

    /// <summary>Options for labels in memory, which are one byte each whatever values were drawn.</summary>
    private static SegmentOptions Bytewise(SegmentOptions? segment) => (segment ?? new SegmentOptions()) with { KeepValues = false };

    private SegmentRun Run(ImageReader image, SegmentOptions? segment, ComputeOptions? options) =>
        new(Model, _backbone, NarrowedImage.Of(NotNull(image)), SegmentOptions.Of(segment), options ?? new ComputeOptions());
}
