using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Forest.Growing;
using FastSeg.Forest.Training;
using FastSeg.Images;
using FastSeg.Images.Samples;

namespace FastSeg.Training;

/// <summary>
/// The memory that training needs besides the tiles, which a plan lists. It is compared with the memory that is allowed before it is
/// allocated.
/// </summary>
internal static class TrainingMemory
{
    /// <summary>
    /// Most bytes that the position and the value of one labelled pixel take. They are kept in lists that double: while a full list is
    /// copied into one of twice its length, three lengths are allocated.
    /// </summary>
    private const long BytesPerLabel = 3 * (sizeof(long) + sizeof(ushort));

    /// <summary>
    /// What the process keeps of gathering rows when XGBoost starts (freed memory of tiles that the allocator holds back, machine code,
    /// the garbage collector's heap), and the code and threads of libxgboost and OpenMP. Besides <see cref="ProcessMemory.CodeBytes"/>,
    /// which a run of tiles needs as well, 8 and 4 MiB were measured with 2 threads.
    /// </summary>
    private const long LibraryBytes = 18L << 20;

    /// <summary>The same for FastSeg's own booster, without the library.</summary>
    private const long OwnBytes = 10L << 20;

    /// <summary>
    /// What applying a fold's trees takes when the booster's memory is free again: code and tables of the evaluators. The trees of the
    /// whole are kept beside those of the fold.
    /// </summary>
    private const long FoldBytes = 23L << 20;

    /// <summary>The peak memory while the label images are read. How many pixels are labelled is not known yet.</summary>
    /// <exception cref="FastSegException">The peak is more than the options allow.</exception>
    public static long CheckLabels(IReadOnlyList<TrainingImage> images, Augmentation augment, ComputeOptions options)
    {
        long readers = images.Sum(image => image.Labels.HeldBytes(1));
        long strip = images.Max(image => LabelledPixels.StripBytes(image.Labels.Info));
        if (augment != Augmentation.None)
        {
            // Of the copies, a transposed one takes most: its strips have another shape, and part of the original is held beside them.
            strip = Math.Max(strip, images.Select(image => image.Labels).Max(labels =>
            {
                using var copy = new FlippedImage(labels, Flip.Transposed);
                return LabelledPixels.StripBytes(copy.Info) + copy.HeldBytes(1) - labels.HeldBytes(1);
            }));
        }
        return MemoryLimit.Check(readers + strip, "to read the labels", options);
    }

    /// <summary>The peak memory while mean and deviation of the images are taken.</summary>
    /// <exception cref="FastSegException">The peak is more than the options allow.</exception>
    public static long CheckSamples(IReadOnlyList<TrainingImage> images, ComputeOptions options)
    {
        long readers = images.Sum(image =>
            image.Image.HeldBytes(options.WorkerCount) + (image.Mask?.HeldBytes(options.WorkerCount) ?? 0));
        long bands = images.Max(image => SampleStatisticsPass.Bytes(
            image.Image.Info, image.Mask?.Info, options.WorkerCount, Percentiles.OfTraining));
        return MemoryLimit.Check(readers + bands, "to take mean and deviation of the images", options);
    }

    /// <summary>The peak memory while XGBoost trains: the rows, XGBoost's copies of them, and the images, which stay open.</summary>
    /// <exception cref="FastSegException">The peak is more than the options allow.</exception>
    public static long CheckFit(
        IEnumerable<ImageReader> images, long count, int planes, int classes, TrainingOptions training, HeldOut heldOut,
        ComputeOptions options)
    {
        long readers = images.Sum(image => image.HeldBytes(options.WorkerCount));
        long rows = (count * planes * sizeof(float)) + (count * sizeof(int)) + (count * BytesPerLabel);
        // The model of all rows is done, and XGBoost's memory for it freed, before a fold is trained on. The fold's copy of its rows, at
        // most as many, is freed when XGBoost has its own, but a fold of nearly all rows was measured to peak by as much above the whole.
        long copy = heldOut == HeldOut.Nothing ? 0 : count * (Folds.BytesPerLabel + (planes * sizeof(float)));
        long booster = copy + Booster.Bytes(count, planes, classes, training, options.WorkerCount), trees = 0;
        if (training.Booster == TreeBooster.XgBoost)
        {
            booster += LibraryBytes;
        }
        else
        {
            trees = ForestGrower.TreeBytes(count, classes, training);
            booster += OwnBytes - trees;
            (trees, booster) = heldOut == HeldOut.Nothing ? (trees, booster) : (2 * trees, Math.Max(booster, FoldBytes));
        }
        return MemoryLimit.Check(
            readers + rows + trees + booster, $"to train on {count} labelled pixels with {planes} features", options);
    }
}
