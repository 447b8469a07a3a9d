using System.Diagnostics;
using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Forest;
using FastSeg.Forest.Saved;
using FastSeg.Forest.Training;
using FastSeg.Models;
using FastSeg.Native;
using FastSeg.Runs;
using FastSeg.Simd;

namespace FastSeg.Training;

/// <summary>
/// Scores a training by its folds: for each, a model is trained on the rows of all others and labels the fold's own pixels. XGBoost trains
/// on the CPU here.
/// </summary>
/// <param name="folds">Which pixels are held out together.</param>
/// <param name="images">The images, copies behind the originals, each with its first row.</param>
/// <param name="rows">The features of every labelled pixel, in the host's memory.</param>
/// <param name="classOfRow">The class of each row.</param>
/// <param name="whole">What the model that was trained on all rows is made of; the folds' models differ in trees and classes only.</param>
/// <param name="options">Threads, memory, backend, progress, cancellation.</param>
internal sealed unsafe class FoldRun(
    Folds folds, IReadOnlyList<LabelledImage> images, TrainingRows rows, int* classOfRow, ModelParts whole, ComputeOptions options)
{
    private readonly int _classes = whole.Classes.Count;
    private readonly SortedSet<int> _unseen = [];

    /// <summary>The transformer of the deep features; null where there are none.</summary>
    public Backbone? Backbone { get; init; }

    /// <summary>Each image's deep features at low resolution, where they are kept; the caller owns them.</summary>
    public required IReadOnlyList<DeepMaps?> Maps { get; init; }

    /// <summary>The largest of the planned peaks of the segmentations.</summary>
    public long PlannedPeak { get; private set; }

    /// <summary>Where times are added.</summary>
    public required StageTimes Times { get; init; }

    /// <summary>Trains and scores all folds.</summary>
    /// <param name="smoothings">What is tried; the same models serve all.</param>
    /// <param name="choose">Given the scores, in the same order, the one that the model keeps.</param>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public HeldOutScore Run(IReadOnlyList<Smoothing> smoothings, Func<IReadOnlyList<double>, Smoothing> choose)
    {
        var counts = new long[smoothings.Count][];
        for (int i = 0; i < counts.Length; i++)
        {
            counts[i] = new long[_classes * _classes];
        }
        using var foldOfRow = new HostBuffer(rows.Count);
        AssignRows(foldOfRow.Pointer);
        for (int fold = 0; fold < folds.Count; fold++)
        {
            IProgress<double>? progress = PartialProgress.Of(options.Progress, (double)fold / folds.Count, 1.0 / folds.Count);
            RunFold((byte)fold, foldOfRow.Pointer, smoothings, counts, progress);
        }
        ConfusionMatrix[] matrices = Array.ConvertAll(counts, Matrix);
        SmoothingScore[] scores = [.. smoothings.Select((smoothing, i) => new SmoothingScore(smoothing, matrices[i].MeanIou()))];
        Smoothing chosen = choose([.. scores.Select(score => score.MeanIou)]);
        return new HeldOutScore
        {
            Folds = folds.Count,
            OfImages = folds.OfImages,
            Smoothing = chosen,
            Confusion = matrices[Array.FindIndex(scores, score => score.Smoothing == chosen)],
            Smoothings = scores,
            Notes = [.. _unseen.Select(c =>
                $"The class \"{whole.Classes[c].Name}\" was drawn in one fold of the images only: the model that is scored on it never " +
                    "saw it, so all its pixels count as wrong; label it on further images.")],
        };
    }

    /// <summary>Writes the fold of each row; a copy's pixel has the fold of the pixel that it is a copy of.</summary>
    private void AssignRows(byte* foldOfRow)
    {
        foreach (LabelledImage image in images)
        {
            LabelledImage original = images[image.Original];
            for (int rank = 0; rank < image.Pixels.Count; rank++)
            {
                foldOfRow[image.Pixels.FirstRow + rank] = (byte)folds.Of(image.Original, image.RankIn(original, rank));
            }
        }
    }

    private void RunFold(
        byte fold, byte* foldOfRow, IReadOnlyList<Smoothing> smoothings, long[][] counts, IProgress<double>? progress)
    {
        long[] outside = new long[_classes];
        for (long row = 0; row < rows.Count; row++)
        {
            outside[classOfRow[row]] += foldOfRow[row] == fold ? 0 : 1;
        }
        int[] seen = [.. Enumerable.Range(0, _classes).Where(c => outside[c] > 0)];
        _unseen.UnionWith(Enumerable.Range(0, _classes).Except(seen));
        Model? model = seen.Length < 2 ? null : Train(fold, foldOfRow, seen, outside.Sum(), progress);
        for (int i = 0; i < smoothings.Count; i++)
        {
            if (model is null || smoothings[i].Mode == SmoothingMode.None)
            {
                CountRows(model, seen, fold, foldOfRow, counts[i]);
            }
            else
            {
                CountPixels(model, seen, fold, smoothings[i], counts[i]);
            }
        }
    }

    /// <summary>Trains a model on the rows of all other folds, in their order.</summary>
    /// <param name="fold">The fold that is held out.</param>
    /// <param name="foldOfRow">The fold of each row.</param>
    /// <param name="seen">The classes that those rows have; XGBoost knows no others.</param>
    /// <param name="count">How many rows there are.</param>
    /// <param name="progress">Told after each round.</param>
    private Model Train(byte fold, byte* foldOfRow, int[] seen, long count, IProgress<double>? progress)
    {
        long mark = Stopwatch.GetTimestamp();
        TrainingOptions training = whole.Training!;
        long rowBytes = (long)rows.Planes * sizeof(float);
        using var features = new HostBuffer(checked(count * rowBytes));
        using var labels = new HostBuffer(count * sizeof(int));
        long to = 0;
        for (long row = 0; row < rows.Count; row++)
        {
            if (foldOfRow[row] != fold)
            {
                Buffer.MemoryCopy(rows.Row(row), features.Pointer + (to * rowBytes), rowBytes, rowBytes);
                ((int*)labels.Pointer)[to++] = Array.IndexOf(seen, classOfRow[row]);
            }
        }
        int tested = (int)Math.Min(count, SelfTest.MostRows);
        float[] first = new ReadOnlySpan<float>(features.Pointer, tested * rows.Planes).ToArray();
        // XGBoost copies what it is given. This copy is freed before the trees grow, so a fold takes no more memory than the whole.
        byte[] forest = Booster.Train(
            (float*)features.Pointer, (int*)labels.Pointer, count, rows.Planes, seen.Length, training,
            afterRound: round => progress?.Report((double)round / training.Rounds), cancellation: options.Cancellation, compute: options,
            afterCopy: () =>
            {
                features.Dispose();
                labels.Dispose();
            });
        ModelFit.ReturnFreed(forest);
        Times.Add(Stage.Train, mark, count, count * rowBytes);
        return new Model(whole with
        {
            Classes = [.. seen.Select(c => whole.Classes[c])],
            ForestBytes = forest,
            SelfTest = SelfTest.FromTraining(first, ForestReader.Parse(forest)),
        });
    }

    /// <summary>Labels the fold's rows, without smoothing, and counts them. Copies are not counted.</summary>
    private void CountRows(Model? model, int[] seen, byte fold, byte* foldOfRow, long[] counts)
    {
        long mark = Stopwatch.GetTimestamp();
        long originals = images.Where(image => image.Flip is null).Sum(image => (long)image.Pixels.Count);
        using ForestRowsCpu? forest = model is null ? null : new ForestRowsCpu(model.Forest);
        byte* labels = stackalloc byte[ForestRowsCpu.Most];
        int* classes = stackalloc int[ForestRowsCpu.Most];
        new Span<byte>(labels, ForestRowsCpu.Most).Clear();
        int waiting = 0;
        for (long row = 0; row < originals; row++)
        {
            if (foldOfRow[row] == fold)
            {
                forest?.Put(waiting, rows.Row(row));
                classes[waiting++] = classOfRow[row];
            }
            if (waiting == ForestRowsCpu.Most || row == originals - 1)
            {
                options.Cancellation.ThrowIfCancellationRequested();
                forest?.Classes(waiting, labels);
                for (int i = 0; i < waiting; i++)
                {
                    counts[(classes[i] * _classes) + seen[labels[i]]]++;
                }
                waiting = 0;
            }
        }
        Times.Add(Stage.Forest, mark, originals);
    }

    /// <summary>Segments the images that hold pixels of the fold, and counts the labels of these.</summary>
    private void CountPixels(Model model, int[] seen, byte fold, Smoothing smoothing, long[] counts)
    {
        foreach (LabelledImage image in images.Where(image => image.Flip is null && folds.Holds(fold, image.Original)))
        {
            long first = image.Pixels.FirstRow;
            using var writer = new HeldOutWriter(
                image.Pixels, image.Image.Info.Height, rank => folds.Of(image.Original, rank) == fold,
                (rank, label) => counts[(classOfRow[first + rank] * _classes) + seen[label - 1]]++);
            var run = new SegmentRun(
                model, Backbone, image.Image,
                new SegmentOptions { Smoothing = smoothing, Mask = image.Mask, DataBar = DataBar.None },
                // What a fold's model is unsure of is no doubt about the training.
                options with { Progress = null, Warned = null, Strict = false })
            {
                KnownMaps = Maps[image.Original],
            };
            RunResult result = run.Run(new SegmentOutputs { Labels = writer });
            PlannedPeak = Math.Max(PlannedPeak, result.PlannedPeakBytes);
            foreach (StageReport stage in result.Stages)
            {
                Times.Add(stage);
            }
        }
    }

    /// <summary>The counts by label values.</summary>
    private ConfusionMatrix Matrix(long[] counts)
    {
        var matrix = new ConfusionMatrix();
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] > 0)
            {
                matrix.Add(whole.Classes[i / _classes].Value, whole.Classes[i % _classes].Value, counts[i]);
            }
        }
        return matrix;
    }
}
