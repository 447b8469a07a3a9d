using System.Diagnostics;
using FastSeg.Backends;
using FastSeg.Common;
using FastSeg.Deep;
using FastSeg.Forest.Saved;
using FastSeg.Forest.Training;
using FastSeg.Images.Samples;
using FastSeg.Images;
using FastSeg.Models;

namespace FastSeg.Training;

/// <summary>Trains the trees on gathered rows and says what the model is made of, however the rows came together.</summary>
/// <param name="features">Classical features.</param>
/// <param name="training">How the trees are trained.</param>
/// <param name="compute">Threads, and cancellation, which is looked at between rounds.</param>
internal sealed unsafe class ModelFit(FeatureSpec features, TrainingOptions training, ComputeOptions compute)
{
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
        Note = trees.Note;
        times.Add(Stage.Train, mark, rows.Count, rows.Count * rows.Planes * sizeof(float));
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
            XgboostVersion = trees.Trained,
            ForestBytes = forest,
            SelfTest = SelfTest.FromTraining(rows.EvenlySpaced(SelfTest.MostRows), ForestReader.Parse(forest)),
        };
    }

    /// <summary>What a model keeps of an image: no folder, so that the model's bytes do not depend on where the images lie.</summary>
    private ModelImage NameOf(ImageInfo image) => new(Path.GetFileName(image.Name), image.Width, image.Height)
    {
        Type = features.Standardise == Standardisation.None ? image.Type : null,
    };
}
