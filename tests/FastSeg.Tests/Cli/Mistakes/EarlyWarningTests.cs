using NUnit.Framework;

namespace FastSeg.Tests.Cli.Mistakes;

/// <summary>Doubts about labels are told before anything is trained, and once.</summary>
internal sealed class EarlyWarningTests : CliFixture
{
    private static readonly SyntheticScene Scene = new(96, 80);

    [Test]
    public void DoubtsComeBeforeTheFirstRowIsGathered()
    {
        byte[] lone = Array.ConvertAll(Scene.Labels, value => value == 0 ? (byte)0 : (byte)1);
        lone[0] = 3;
        using MemoryImage image = Scene.Image, labels = MemoryImage.FromMemory<byte>(lone, 96, 80);
        var events = new List<string>();
        var options = new ComputeOptions { Progress = new Told(value => Add($"{value}")), Warned = Add };
        TrainingResult result = Segmenter.Train([new TrainingImage(image, labels)], training: Trained.Quick, options: options);
        Assert.That(events[0], Does.StartWith("class 3 (value 3) has 1 labelled pixel against"));
        Assert.That(events, Has.Count.GreaterThan(1).And.Exactly(1).StartsWith("class 3"));
        Assert.That(result.Run.Warnings, Is.EqualTo(events[..1]));

        void Add(string what)
        {
            lock (events)
            {
                events.Add(what);
            }
        }
    }

    [Test]
    public void TheCommandSaysEachOnce()
    {
        byte[] soft = [.. Scene.Labels.Select((value, i) => value == 0 ? (byte)0 : (byte)(1 + (i % 12)))];
        File.WriteAllBytes(At("scene.npy"), Npy.Bytes("|u1", "(80, 96)", Scene.Pixels));
        File.WriteAllBytes(At("soft.npy"), Npy.Bytes("|u1", "(80, 96)", soft));
        Outcome outcome = CommandLine.Run(
            "train", "--image", At("scene.npy"), "--labels", At("soft.npy"), "-o", At("m.fastseg"), "--rounds", "1", "--no-score");
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(outcome.ErrorLines.Single(), Does.StartWith("fastseg: warning: The labels hold 12 classes"));
    }

    private sealed class Told(Action<double> tell) : IProgress<double>
    {
        public void Report(double value) => tell(value);
    }
}
