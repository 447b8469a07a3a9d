using System.Runtime.InteropServices;
using NetVips;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Labels;

/// <summary>Labels as people draw and save them, given to commands: what trains the same model, what is said, what is refused.</summary>
internal sealed class LabelCommandTests : CliFixture
{
    private const int W = 96, H = 80;

    private static readonly SyntheticScene Scene = new(W, H);

    private static string Shape => $"({H}, {W})";

    [OneTimeSetUp]
    public void WriteScene()
    {
        File.WriteAllBytes(At("scene.npy"), Npy.Bytes("|u1", Shape, Scene.Pixels));
        File.WriteAllBytes(At("drawn.npy"), Npy.Bytes("|u1", Shape, Scene.Labels));
        Assert.That(Train("drawn.npy", "expected.fastseg").Error, Is.Empty);
    }

    /// <summary>The same labels in other types, and with -1 or a void value where nothing is drawn.</summary>
    [Test]
    public void LabelsOfAnyWholeTypeTrainTheSameModel()
    {
        long[] negative = [.. Scene.Labels.Select(value => value == 0 ? -1L : value)];
        Same("<i8", MemoryMarshal.AsBytes<long>(negative));
        Same("<i4", MemoryMarshal.AsBytes<int>(Array.ConvertAll(negative, value => (int)value)));
        Same("|i1", MemoryMarshal.AsBytes<sbyte>(Array.ConvertAll(negative, value => (sbyte)value)));
        Same("<f4", MemoryMarshal.AsBytes<float>(Array.ConvertAll(negative, value => (float)value)));
        Same(">u2", Array.ConvertAll(Scene.Labels, value => (byte[])[0, value]).SelectMany(pair => pair).ToArray());
        Same("|u1", Array.ConvertAll(Scene.Labels, value => value == 0 ? (byte)255 : value), "--void", "255");
    }

    /// <summary>Strokes in colour on a layer that is clear elsewhere, whose colours are named, or guessed with a warning.</summary>
    [Test]
    public void ColouredStrokesAreClasses()
    {
        byte[] strokes = [.. Scene.Labels.SelectMany(value => (byte[])(value switch
        {
            1 => [255, 0, 0, 255],
            2 => [0, 255, 0, 255],
            7 => [0, 0, 255, 255],
            _ => [90, 90, 90, 0],
        }))];
        Write("strokes.png", strokes, 4);
        Assert.That(Train("strokes.png", "m.fastseg", "--colours", "red=1,#00ff00=2,blue=7").Error, Is.Empty);
        IsExpected("m.fastseg", "named colours");
        Outcome guessed = Train("strokes.png", "m.fastseg");
        Assert.That(guessed.Code, Is.Zero);
        Assert.That(guessed.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(guessed.Error, Does.Contain("blue (#0000ff) = 1, lime (#00ff00) = 2, red (#ff0000) = 3), and transparent pixels are"));
        string strict = At("strict.fastseg");
        Assert.That(Fail(Words("strokes.png", "strict.fastseg", "--strict")), Does.Contain("--colours blue=1,lime=2"));
        Assert.That(File.Exists(strict), Is.False);
        string[] absent = Words("strokes.png", "strict.fastseg", "--colours", "green=1,red=2");
        Assert.That(Fail(absent), Does.Contain("No pixel of the labels is green"));
        Assert.That(Misuse(Words("strokes.png", "strict.fastseg", "--colours", "reddish=1")), Does.Contain("reddish=1 is no COLOUR=CLASS"));
    }

    [Test]
    public void WhatIsNoLabelImageIsRefused()
    {
        Write("strokes.jpg", Array.ConvertAll(Scene.Labels, value => (byte)(value * 30)), 1);
        Refused("strokes.jpg", "stored with losses (JPEG");
        Refused("scene.npy", "the image was given as its own labels");
        Put("mask.npy", "|u1", Array.ConvertAll(Scene.Labels, value => value == 1 ? (byte)255 : (byte)0));
        Refused("mask.npy", "has the value 255, and 0 is unlabelled, so there is one class");
        Put("bool.npy", "|b1", Array.ConvertAll(Scene.Labels, value => value == 1 ? (byte)1 : (byte)0));
        Refused("bool.npy", "has the value 1, and 0 is unlabelled");
        Put("large.npy", "<i8", MemoryMarshal.AsBytes<long>(Array.ConvertAll(Scene.Labels, value => value * 20_000L)));
        Refused("large.npy", "is 140000; label values are at most 65535. Where that value marks nothing, give it as --void 140000.");
        Put("half.npy", "<f8", MemoryMarshal.AsBytes<double>(Array.ConvertAll(Scene.Labels, value => value / 2.0)));
        Refused("half.npy", "which is no whole number");
    }

    /// <summary>Many classes, and one of a single pixel, are said; they are no failures.</summary>
    [Test]
    public void DoubtfulLabelsAreSaid()
    {
        Put("soft.npy", "|u1", [.. Scene.Labels.Select((value, i) => value == 0 ? (byte)0 : (byte)(1 + (i % 12)))]);
        Assert.That(Unnamed("soft.npy"), Does.Contain("The labels hold 12 classes").And.Contain("--colours"));
        byte[] lone = Array.ConvertAll(Scene.Labels, value => value == 0 ? (byte)0 : (byte)1);
        lone[0] = 3;
        Put("lone.npy", "|u1", lone);
        Assert.That(Unnamed("lone.npy"), Does.Contain("class 3 (value 3) has 1 labelled pixel against"));
    }

    /// <summary>255 far behind 1 and 2, as where it marks what is not labelled.</summary>
    [Test]
    public void AClassThatIsLikelyNoneIsSaid()
    {
        const string Sentence = "The value 255 is a class here, beside 1 to 2; where it marks what is not labelled, give --void 255.";
        Put("void.npy", "|u1", Array.ConvertAll(Scene.Labels, value => value == 7 ? (byte)255 : value));
        Assert.That(Unnamed("void.npy"), Does.Contain(Sentence));
        Assert.That(Train("void.npy", "named.fastseg").Error, Is.Empty, "who names it means it");
        Put("greys.npy", "|u1", Array.ConvertAll(Scene.Labels, value => value == 7 ? (byte)255 : (byte)(85 * value)));
        Assert.That(Unnamed("greys.npy"), Is.Empty);
    }

    /// <summary>Values that cannot match are a failure with a sentence, not a score of 0.</summary>
    [Test]
    public void AScoreWithoutACommonValueFails()
    {
        byte[] found = [.. Enumerable.Range(0, W * H).Select(i => (byte)(1 + (i % 2)))];
        Put("found.npy", "|u1", found);
        Put("truth.npy", "|u1", Array.ConvertAll(found, value => (byte)(value - 1)));
        Put("grey.npy", "<i4", MemoryMarshal.AsBytes<int>(Array.ConvertAll(found, value => value * 85)));
        Assert.That(Fail("score", At("found.npy"), At("truth.npy")), Does.Contain("holds 2 where").And.Contain("--truth-offset 1"));
        Assert.That(Fail("score", At("found.npy"), At("grey.npy")), Does.Contain("1, 2 where").And.Contain("no value in common"));
        Assert.That(Succeed("score", At("found.npy"), At("truth.npy"), "--truth-offset", "1"), Does.Contain("1.0000"));
    }

    private string[] Words(string labels, string model, params string[] more) =>
    [
        "train", "--image", At("scene.npy"), "--labels", At(labels), "--rounds", "4", "--smooth", "none", "--no-score",
        "-o", At(model), .. more,
    ];

    private Outcome Train(string labels, string model, params string[] more) =>
        CommandLine.Run(Words(labels, model, ["--names", "a,b,c", .. more]));

    /// <summary>What a training says that succeeds.</summary>
    private string Unnamed(string labels)
    {
        Outcome trained = CommandLine.Run(Words(labels, "unnamed.fastseg"));
        Assert.That(trained.Code, Is.Zero, trained.Error);
        return trained.Error;
    }

    private void Put(string name, string type, ReadOnlySpan<byte> samples) => File.WriteAllBytes(At(name), Npy.Bytes(type, Shape, samples));

    private void Write(string name, byte[] samples, int bands)
    {
        using Image image = Image.NewFromMemory(samples, W, H, bands, Enums.BandFormat.Uchar);
        using Image colours = image.Copy(interpretation: bands < 3 ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb);
        colours.WriteToFile(At(name));
    }

    private void Same(string type, ReadOnlySpan<byte> samples, params string[] more)
    {
        Put("same.npy", type, samples);
        Assert.That(Train("same.npy", "same.fastseg", more).Error, Is.Empty, type);
        IsExpected("same.fastseg", type);
    }

    private void IsExpected(string model, string what) =>
        Assert.That(File.ReadAllBytes(At(model)), Is.EqualTo(File.ReadAllBytes(At("expected.fastseg"))), what);

    private void Refused(string labels, string sentence)
    {
        Assert.That(Fail(Words(labels, "no.fastseg")), Does.Contain(sentence));
        Assert.That(File.Exists(At("no.fastseg")), Is.False);
    }
}
