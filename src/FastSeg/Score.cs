using System.Buffers.Binary;
using FastSeg.Common;
using FastSeg.Images.Labels;
using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>Compares segmentations with their truth, block by block.</summary>
public static class Score
{
    /// <summary>Side of the blocks that are read: a multiple of the 256 pixels of a TIFF's tile.</summary>
    private const int Block = 1024;

    /// <summary>Most pixels of a block of whole rows, which are read where a reader prefers them.</summary>
    private const long RowPixels = 1L << 20;

    /// <summary>Counts how often each class of the truth was given each label.</summary>
    /// <param name="prediction">One channel of uint8 or uint16 labels; 0 where nothing was segmented.</param>
    /// <param name="truth">One channel of uint8 or uint16 classes, of the same size.</param>
    /// <param name="truthOffset">
    /// 0 to 65535, added to every value of the truth. A pixel whose sum is 0 is unlabelled and not counted.
    /// </param>
    /// <param name="options">Threads, progress, cancellation; null for the defaults. They do not change the counts.</param>
    /// <exception cref="FastSegException">
    /// The sizes differ, an image is no label image or holds more than 255 values, the offset is out of range, or no pixel of the truth is
    /// labelled.
    /// </exception>
    /// <exception cref="OperationCanceledException">The comparison was cancelled.</exception>
    public static ConfusionMatrix Compare(ImageReader prediction, ImageReader truth, int truthOffset = 0, ComputeOptions? options = null)
    {
        options ??= new ComputeOptions();
        prediction = LabelSet.Of(NotNull(prediction));
        truth = LabelSet.Of(NotNull(truth));
        if (truthOffset is < 0 or > ushort.MaxValue)
        {
            throw new FastSegException($"The truth offset is {truthOffset}; it must be 0 to 65535.");
        }
        if (prediction.Info.Width != truth.Info.Width || prediction.Info.Height != truth.Info.Height)
        {
            throw new FastSegException(
                $"{prediction.Info.Name} is {prediction.Info.Width} x {prediction.Info.Height} pixels, but its truth " +
                $"{truth.Info.Name} is {truth.Info.Width} x {truth.Info.Height}; they must have the same size.");
        }
        TileGrid grid = Grid(prediction, truth);
        int workers = (int)Math.Min(options.WorkerCount, grid.Count);
        Counter[] counters = [.. Enumerable.Range(0, workers).Select(_ => new Counter(prediction, truth, truthOffset))];
        Workers.Run(workers, grid.Count, options, (worker, i) => counters[worker].Count(grid[i]));
        var sum = new ConfusionMatrix();
        foreach (Counter counter in counters)
        {
            sum.Add(counter.Matrix);
            CheckClasses(sum, prediction, truth);
        }
        return sum.Pixels > 0 ? sum : throw new FastSegException(
            $"{truth.Info.Name}: no pixel of the truth is labelled, every value is 0; " +
            "where its classes start at 0, give a truth offset of 1.");
    }

    /// <summary>
    /// Names the labels of a map by the values that its classes were drawn with, where the truth holds those: a map of labels 1, 2 and 3,
    /// drawn as 85, 170 and 255, then matches a truth of 85, 170 and 255.
    /// </summary>
    /// <param name="counted">What <see cref="Compare"/> counted; it stays as it is.</param>
    /// <param name="classes">The map's classes (<see cref="ImageInfo.Classes"/>), or those of the model that made it.</param>
    /// <returns>
    /// The counts by value. The same object where the truth has more of the labels than of the values, where these are the same, or where
    /// the map has a label that is no class.
    /// </returns>
    /// <exception cref="FastSegException">Two classes have the same label, or the same value.</exception>
    public static ConfusionMatrix ByValues(ConfusionMatrix counted, IReadOnlyList<LabelClass> classes)
    {
        ArgumentNullException.ThrowIfNull(counted);
        CheckDistinct(NoneNull(classes));
        var valueOf = classes.ToDictionary(one => one.Label, one => one.Value);
        int labels = counted.Classes.Count(valueOf.ContainsKey), values = counted.Classes.Count(valueOf.ContainsValue);
        int[] found = [.. counted.Predictions.Where(label => label != 0)];
        if (values == 0 || labels > values || !found.All(valueOf.ContainsKey) || found.All(label => valueOf[label] == label))
        {
            return counted;
        }
        var renamed = new ConfusionMatrix();
        foreach ((int truth, int label, long pixels) in counted.Cells())
        {
            renamed.Add(truth, label == 0 ? 0 : valueOf[label], pixels);
        }
        return renamed;
    }

    /// <summary>Refuses classes that cannot be told apart, of which the counts would be added up.</summary>
    private static void CheckDistinct(IReadOnlyList<LabelClass> classes)
    {
        for (int i = 0; i < classes.Count; i++)
        {
            LabelClass one = classes[i];
            if (classes.Take(i).FirstOrDefault(first => first.Label == one.Label || first.Value == one.Value) is { } other)
            {
                throw new FastSegException(
                    $"The classes \"{other.Name}\" and \"{one.Name}\" share the label {one.Label} or the value {one.Value}; "
                    + "give each its own.");
            }
        }
    }

    /// <summary>The blocks that are compared: squares, or whole rows where one of the readers prefers them.</summary>
    private static TileGrid Grid(ImageReader prediction, ImageReader truth)
    {
        Region bounds = truth.Info.Bounds;
        return prediction.PrefersWholeRows || truth.PrefersWholeRows
            ? new TileGrid(bounds, bounds.Width, Math.Clamp(RowPixels / bounds.Width, 1, bounds.Height))
            : new TileGrid(bounds, Block, Block);
    }

    /// <summary>Refuses counts of more values than label maps have: then an image was given for labels.</summary>
    private static void CheckClasses(ConfusionMatrix matrix, ImageReader prediction, ImageReader truth)
    {
        if (!matrix.HasClassesOnly)
        {
            throw new FastSegException(
                $"{prediction.Info.Name} or its truth {truth.Info.Name} holds more than 255 different values; " +
                "these are no labels of classes but images.");
        }
    }

    /// <summary>One worker's counts, and memory for the samples of a block.</summary>
    private sealed class Counter(ImageReader prediction, ImageReader truth, int offset)
    {
        private byte[] _prediction = [];
        private byte[] _truth = [];

        public ConfusionMatrix Matrix { get; } = new();

        /// <summary>Counts the pixels of a block. Neighbouring pixels with the same class and label are counted together.</summary>
        public void Count(Region block)
        {
            ReadOnlySpan<byte> labels = Read(prediction, block, ref _prediction);
            ReadOnlySpan<byte> classes = Read(truth, block, ref _truth);
            int labelBytes = prediction.Info.PixelBytes, classBytes = truth.Info.PixelBytes;
            int pixels = checked((int)block.Pixels);
            int runTruth = 0, runLabel = 0, runPixels = 0;
            for (int i = 0; i < pixels; i++)
            {
                int value = Value(classes, i, classBytes) + offset;
                int label = Value(labels, i, labelBytes);
                if (value != runTruth || label != runLabel)
                {
                    Add(runTruth, runLabel, runPixels);
                    (runTruth, runLabel, runPixels) = (value, label, 0);
                }
                runPixels++;
            }
            Add(runTruth, runLabel, runPixels);
            CheckClasses(Matrix, prediction, truth);
        }

        private void Add(int value, int label, int pixels)
        {
            if (value != 0 && pixels != 0)
            {
                Matrix.Add(value, label, pixels);
            }
        }

        private static int Value(ReadOnlySpan<byte> samples, int i, int bytes) =>
            bytes == 1 ? samples[i] : BinaryPrimitives.ReadUInt16LittleEndian(samples[(2 * i)..]);

        /// <summary>Reads a block into a buffer, which grows where the block is larger than all before it.</summary>
        private static ReadOnlySpan<byte> Read(ImageReader reader, Region block, ref byte[] buffer)
        {
            int bytes = checked((int)(block.Pixels * reader.Info.PixelBytes));
            if (buffer.Length < bytes)
            {
                buffer = new byte[bytes];
            }
            reader.Read(block, buffer.AsSpan(0, bytes));
            return buffer.AsSpan(0, bytes);
        }
    }
}
