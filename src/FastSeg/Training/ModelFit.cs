using System.Diagnostics;
using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Forest.Saved;
using FastSeg.Forest.Training;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Models;
using FastSeg.Native;

namespace FastSeg.Training;

/// <summary>Trains the trees on gathered rows and says what the model is made of, however the rows came together.</summary>
/// <param name="features">Classical features.</param>
/// <param name="training">How the trees are trained.</param>
/// <param name="compute">Threads, and cancellation, which is looked at between rounds.</param>
internal sealed unsafe class ModelFit(FeatureSpec features, TrainingOptions training, ComputeOptions compute)
{
    /// <summary>Labelled pixels, evenly spaced, over which planes are averaged.</summary>
    private const int PlaneRows = 1024;

    /// <summary>Bytes of a saved forest from which on collecting what is left of it takes far less time than it took to grow.</summary>
    private const int LargeForest = 1 << 20;

    private static readonly string[] KeptPlanes =
        ["gaussian_0", "gaussian_2", "gaussian_8", "sobel_1", "sobel_4", "hessian_eig1_2", "membrane_std"];

    /// <summary>Channels whose features were computed.</summary>
    public required ChannelSet Channels { get; init; }

    /// <summary>How the images were opened.</summary>
    public required ImageOptions Opening { get; init; }

    /// <summary>The deep features, or null.</summary>
    public DeepModel? Deep { get; init; }

    /// <summary>The classes.</summary>
    public required ModelClass[] Classes { get; init; }

    /// <summary>The images, in the order of their rows.</summary>
    public required IEnumerable<ImageInfo> Images { get; init; }

    /// <summary>The moments of each image's samples, in the same order; empty where images are not standardised by them.</summary>
    public required IReadOnlyList<SampleMoments> Moments { get; init; }

    /// <summary>What is known of each image's samples, in the same order; null where that is not known of all.</summary>
    public required IReadOnlyList<ImageData>? Data { get; init; }

    /// <summary>Told the fraction of rounds that is done.</summary>
    public IProgress<double>? Progress { get; init; }

    /// <summary>Why XGBoost did not train on the GPU although it was meant to; null where there is nothing to say.</summary>
    public string? Note { get; private set; }

    /// <summary>Trains the trees. Returns what the model is made of, but for what held-out pixels decide.</summary>
    /// <param name="rows">The features of each row.</param>
    /// <param name="classOfRow">The class of each row.</param>
    /// <param name="times">Where the time is added.</param>
    /// <exception cref="FastSegException">XGBoost is missing or fails.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public ModelParts Run(TrainingRows rows, int* classOfRow, StageTimes times)
    {
        long mark = Stopwatch.GetTimestamp();
        void AfterRound(int round) => Progress?.Report((double)round / training.Rounds);
        var trees = new TreeTrainer(rows, classOfRow, Classes.Length, training, AfterRound, compute);
        byte[] forest = trees.Train();
        ReturnFreed(forest);
        Note = trees.Note;
        times.Add(Stage.Train, mark, rows.Count, rows.Count * rows.Planes * sizeof(float));
        SelfTest test = SelfTest.FromTraining(rows.EvenlySpaced(SelfTest.MostRows), ForestReader.Parse(forest));
        ReturnFreed(forest);
        return new ModelParts
        {
            Features = features,
            Channels = Channels,
            Opening = Opening,
            Deep = Deep,
            Classes = Classes,
            Training = training,
            Images = [.. Images.Select(NameOf)],
            Samples = Moments.Count == 0 ? null : Moments.Aggregate((all, next) => all.Merge(next)).Statistics,
            Data = Data is null ? null : Kept(Data, rows),
            XgboostVersion = trees.Trained,
            ForestBytes = forest,
            SelfTest = test,
        };
    }

    /// <summary>Returns what growing, or reading, a large forest has left: its nodes are many small objects.</summary>
    public static void ReturnFreed(byte[] forest)
    {
        if (forest.Length >= LargeForest)
        {
            FreedMemory.ReturnAll();
        }
    }

    /// <summary>What the model keeps of the samples: brightness, edges and curvature at small and larger scales.</summary>
    private TrainingData Kept(IReadOnlyList<ImageData> images, TrainingRows rows)
    {
        string[] names = [.. Channels.PlaneNames(features.Names)];
        float[] some = rows.EvenlySpaced(PlaneRows);
        var planes = new List<PlaneStatistics>();
        foreach (string wanted in KeptPlanes)
        {
            int plane = Array.FindIndex(names, name => name == wanted || name.EndsWith($"_{wanted}", StringComparison.Ordinal));
            if (plane < 0)
            {
                continue;
            }
            double[] values = new double[some.Length / rows.Planes];
            for (int row = 0; row < values.Length; row++)
            {
                values[row] = some[(row * rows.Planes) + plane];
            }
            double mean = values.Average();
            planes.Add(new PlaneStatistics(names[plane], mean, Math.Sqrt(values.Average(value => (value - mean) * (value - mean)))));
        }
        return new TrainingData([.. images.Select(image => image with { Doubts = DataDoubts.None })], planes);
    }

    /// <summary>What a model keeps of an image: no folder, so that the model's bytes do not depend on where the images lie.</summary>
    private ModelImage NameOf(ImageInfo image) => new(Path.GetFileName(image.Name), image.Width, image.Height)
    {
        Type = features.Standardise == Standardisation.None ? image.Type : null,
    };
}
