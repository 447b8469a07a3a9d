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
            image.Image, image.Mask, options.WorkerCount, Percentiles.OfTraining));
        return MemoryLimit.Check(readers + bands, "to take mean and deviation of the images", options);
    }

    /// <summary>
    /// The peak memory while trees are trained: the rows, what the booster takes, and the images, which stay open. What is labelled, and
    /// the folds, are in memory already.
    /// </summary>
    /// <param name="images">The images.</param>
    /// <param name="count">Rows.</param>
    /// <param name="outside">Most rows that a fold's model is trained on; 0 where nothing is held out.</param>
    /// <param name="planes">Features of a row.</param>
    /// <param name="classes">Classes.</param>
    /// <param name="training">How the trees are trained.</param>
    /// <param name="options">Threads and the limit.</param>
    /// <exception cref="FastSegException">The peak is more than the options allow.</exception>
    public static long CheckFit(
        IEnumerable<ImageReader> images, long count, long outside, int planes, int classes, TrainingOptions training,
        ComputeOptions options)
    {
        long readers = images.Sum(image => image.HeldBytes(options.WorkerCount));
        long rows = (count * planes * sizeof(float)) + (count * sizeof(int)) + (outside > 0 ? count : 0);
        // Rows that a fold's model is trained on are copied, and freed once they are binned: bins, not rows, are what trees grow on.
        long copy = outside * ((planes * sizeof(float)) + sizeof(int));
        long booster = training.Booster == TreeBooster.XgBoost
            ? copy + Booster.Bytes(count, planes, classes, training) + LibraryBytes
            : Own(count, copy, outside, planes, classes, training, options.WorkerCount);
        return MemoryLimit.Check(readers + rows + booster, $"to train on {count} labelled pixels with {planes} features", options);
    }

    /// <summary>
    /// What FastSeg's own booster takes: for the whole and, when that is freed, for a fold, whose rows are copied, or for applying its
    /// trees. Those of the whole stay beside those of the fold.
    /// </summary>
    private static long Own(long count, long copy, long outside, int planes, int classes, TrainingOptions training, int workers)
    {
        long whole = ForestGrower.Bytes(count, planes, classes, training, workers) + (training.Balance ? count * sizeof(float) : 0);
        long trees = ForestGrower.TreeBytes(count, classes, training);
        if (outside == 0)
        {
            return whole + trees + OwnBytes;
        }
        long balance = training.Balance ? outside * sizeof(float) : 0;
        long binned = copy + balance + ForestGrower.BytesBesideRows(outside, planes, classes, workers);
        return Math.Max(Math.Max(whole, binned) + OwnBytes, FoldBytes) + (2 * trees);
    }
}
