using FastSeg.Forest.Training;
using NUnit.Framework;

namespace FastSeg.Tests.Training;

/// <summary>Scores of labelled pixels that were held out from training.</summary>
[TestFixture]
internal sealed unsafe class HeldOutTests
{
    private static readonly FeatureSpec Small = FeatureSpec.Paper with { Sigmas = [1, 2], Families = Families.Gaussian };
    private static readonly SyntheticScene[] Scenes = [.. Enumerable.Range(1, 4).Select(seed => new SyntheticScene(80, 60, seed))];

    [Test]
    public void EveryPixelIsLabelledByAModelOfTheOtherImages()
    {
        TrainingOptions training = new() { Rounds = 5 };
        TrainingResult result = Train(Scenes, training);
        var expected = new ConfusionMatrix();
        for (int fold = 0; fold < Scenes.Length; fold++)
        {
            // The same rows in the same order, trained on their own; the library's own segmentation labels the image that is held out.
            SyntheticScene held = Scenes[fold];
            Model model = Segmenter.Train([.. Scenes.Where(scene => scene != held).Select(scene => scene.Training)], Small, training).Model;
            byte[] labels = Trained.Labels(model, held.Image, options: new SegmentOptions { KeepValues = true });
            Count(expected, held.Labels, labels);
        }
        Assert.That((result.HeldOut!.Folds, result.HeldOut.OfImages), Is.EqualTo((4, true)));
        Assert.That(Cells(result.HeldOut.Confusion), Is.EqualTo(Cells(expected)));
        Assert.That(result.HeldOut.MeanIou, Is.EqualTo(expected.MeanIou()).And.GreaterThan(0.3));
        Assert.That(result.Model.HeldOut!.MeanIou, Is.EqualTo(result.HeldOut.MeanIou));
        Assert.That(result.NotHeldOut, Is.Null);
    }

    [Test]
    public void TheModelIsTheOneThatTrainingAloneGivesAndNothingDependsOnThreadsOrMemory()
    {
        TrainingResult one = Train(Scenes[..1], new() { Rounds = 3 }, new ComputeOptions { Threads = 1 });
        TrainingResult three = Train(Scenes[..1], new() { Rounds = 3 }, new ComputeOptions { Threads = 3 });
        TrainingResult tight = Tight.Run(2, limited => Train(Scenes[..1], new() { Rounds = 3 }, limited));
        Model alone = Segmenter.Train([Scenes[0].Training], Small, new() { Rounds = 3 }).Model;
        Assert.That((one.HeldOut!.Folds, one.HeldOut.OfImages), Is.EqualTo((5, false)));
        foreach (TrainingResult other in (TrainingResult[])[three, tight])
        {
            Assert.That(Bytes(other.Model), Is.EqualTo(Bytes(one.Model)));
            Assert.That(Cells(other.HeldOut!.Confusion), Is.EqualTo(Cells(one.HeldOut.Confusion)));
        }
        Assert.That(one.Model.ForestBytes.ToArray(), Is.EqualTo(alone.ForestBytes.ToArray()));
        Assert.That(alone.HeldOut, Is.Null);
        Assert.That(one.HeldOut.Confusion.Pixels, Is.EqualTo(Scenes[0].Labels.Count(label => label > 0)), "each pixel is held out once");
    }

    [Test]
    public void CopiesAreHeldOutWithTheirOriginalsAndNotCounted()
    {
        TrainingOptions flips = new() { Rounds = 3, Augment = Augmentation.Flips };
        TrainingResult result = Train(Scenes, flips);
        var expected = new ConfusionMatrix();
        foreach (SyntheticScene held in Scenes)
        {
            Model model = Segmenter.Train([.. Scenes.Where(scene => scene != held).Select(scene => scene.Training)], Small, flips).Model;
            byte[] labels = Trained.Labels(model, held.Image, options: new SegmentOptions { KeepValues = true });
            Count(expected, held.Labels, labels);
        }
        Assert.That(Cells(result.HeldOut!.Confusion), Is.EqualTo(Cells(expected)));
        long drawn = Scenes.Sum(scene => scene.Labels.Count(label => label > 0));
        Assert.That((result.Run.Pixels, result.Model.Classes.Sum(entry => entry.Pixels)), Is.EqualTo((drawn, drawn)));
        Assert.That(result.Model.Images!.Select(image => (image.Name, image.Width)), Is.EqualTo(Scenes.Select(_ => ("scene", 80L))));
        Assert.That(result.Model.Training!.Augment, Is.EqualTo(Augmentation.Flips));
        Assert.That(
            result.Model.ForestBytes.ToArray(), Is.Not.EqualTo(Train(Scenes, flips with { Augment = 0 }).Model.ForestBytes.ToArray()));
    }

    [Test]
    public void AClassThatOnlyOneFoldHasIsAlwaysWrongAndNamed()
    {
        SyntheticScene[] scenes = [.. Enumerable.Range(11, 4).Select(seed => new SyntheticScene(80, 60, seed))];
        foreach (SyntheticScene scene in scenes[1..])
        {
            for (int i = 0; i < scene.Labels.Length; i++)
            {
                scene.Labels[i] = scene.Labels[i] == 7 ? (byte)0 : scene.Labels[i];
            }
        }
        HeldOutScore score = Train(scenes, new() { Rounds = 3 }).HeldOut!;
        Assert.That(score.Confusion.Classes, Is.EqualTo((int[])[1, 2, 7]));
        Assert.That(score.Confusion.Iou(7), Is.Zero);
        Assert.That(score.MeanIou, Is.EqualTo((score.Confusion.Iou(1) + score.Confusion.Iou(2)) / 3).Within(1e-12));
        Assert.That(score.Notes, Has.Count.EqualTo(1));
        Assert.That(score.Notes[0], Does.StartWith("The class \"class 7\" was drawn in one fold"));
    }

    [Test]
    public void AFoldThatOnlyOneOtherClassIsLeftForGetsThatClass()
    {
        // Class 2 is on the first image only, so its fold's training rows are all of class 1.
        SyntheticScene[] scenes = [.. Enumerable.Range(21, 4).Select(seed => new SyntheticScene(80, 60, seed))];
        for (int image = 0; image < scenes.Length; image++)
        {
            byte[] labels = scenes[image].Labels;
            for (int i = 0; i < labels.Length; i++)
            {
                labels[i] = labels[i] == 0 || (image > 0 && labels[i] > 1) ? (byte)0 : labels[i] > 1 ? (byte)2 : (byte)1;
            }
        }
        HeldOutScore score = Train(scenes, new() { Rounds = 3 }).HeldOut!;
        Assert.That(score.Confusion[2, 1], Is.EqualTo(scenes[0].Labels.Count(label => label == 2)));
        Assert.That(score.Confusion[1, 1], Is.GreaterThan(0));
    }

    [Test]
    public void WhatCannotBeHeldOutIsSaid()
    {
        byte[] labels = new byte[80 * 60];
        (labels[0], labels[20], labels[40]) = (1, 2, 2);
        using MemoryImage image = MemoryImage.FromMemory<byte>(labels, 80, 60);
        TrainingResult result = Segmenter.Train(
            [new TrainingImage(Scenes[0].Image, image)], Small, new() { Rounds = 1 }, heldOut: HeldOut.Score);
        Assert.That(result.HeldOut, Is.Null);
        Assert.That(result.NotHeldOut, Does.Contain("\"class 1\"").And.Contain("cannot be held out"));
        Assert.That(result.Model.HeldOut, Is.Null);
    }

    [Test]
    public void TheHostsRowsMayGoWhenXgboostHasItsCopy()
    {
        var random = new Random(4);
        float[] rows = [.. Enumerable.Range(0, 400).Select(_ => random.NextSingle())];
        int[] classes = [.. Enumerable.Range(0, 100).Select(i => rows[i * 4] > 0.5f ? 1 : 0)];
        byte[] Train(bool clear)
        {
            float[] given = [.. rows];
            int[] labels = [.. classes];
            fixed (float* first = given)
            fixed (int* label = labels)
            {
                return Booster.Train(first, label, 100, 4, 2, new() { Rounds = 3 }, afterCopy: () =>
                {
                    if (clear)
                    {
                        Array.Clear(given);
                        Array.Clear(labels);
                    }
                });
            }
        }
        Assert.That(Train(clear: true), Is.EqualTo(Train(clear: false)));
    }

    private static TrainingResult Train(SyntheticScene[] scenes, TrainingOptions training, ComputeOptions? options = null) =>
        Segmenter.Train([.. scenes.Select(scene => scene.Training)], Small, training, options: options, heldOut: HeldOut.Score);

    /// <summary>Counts the labels of an image at its labelled pixels.</summary>
    internal static void Count(ConfusionMatrix matrix, byte[] truth, byte[] labels)
    {
        for (int i = 0; i < labels.Length; i++)
        {
            if (truth[i] > 0)
            {
                matrix.Add(truth[i], labels[i], 1);
            }
        }
    }

    /// <summary>The counts of a matrix, which has no equality of its own.</summary>
    internal static IEnumerable<(int, int, long)> Cells(ConfusionMatrix matrix) =>
        from value in matrix.Classes
        from label in matrix.Predictions
        select (value, label, matrix[value, label]);

    private static byte[] Bytes(Model model)
    {
        using var folder = new TemporaryFolder();
        model.Save(folder.File("m.fastseg"));
        return File.ReadAllBytes(folder.File("m.fastseg"));
    }
}
