using FastSeg.Deep.Tokens;
using FastSeg.Deep.Upsamplers;
using FastSeg.Learning.Network;
using FastSeg.Learning.Pieces;
using FastSeg.Learning.Runs;
using NUnit.Framework;
using TorchSharp;
using static TorchSharp.torch;

namespace FastSeg.Training.Tests;

/// <summary>What the steps do where they are stopped, go on, or end in a loss that is no number.</summary>
[TestFixture]
internal sealed class TrainingLoopTests
{
    [SetUp]
    public void LoadTorch() => TorchLibrary.Load(threads: 1);

    [TestCase(UpsamplerRecipe.Further, UpsamplerNewsKind.Failure, " keeps the weights of step 2.")]
    [TestCase(UpsamplerRecipe.Finish, UpsamplerNewsKind.Note, "the model gets the weights of step 2.")]
    public void TheWeightsItWentOnWithAreGood(object recipe, object kind, string words)
    {
        using var job = new Job(images: 0);
        UpsamplerJob wanted = job.Wanted with { Recipe = (UpsamplerRecipe)recipe };
        Assert.That(() => Run(job, wanted, stopAt: 2, badFrom: 9), Throws.InstanceOf<OperationCanceledException>());
        (long steps, List<UpsamplerNews> news) = Run(job, wanted, stopAt: 0, badFrom: 2);
        Assert.That(steps, Is.EqualTo(2));
        Assert.That(news[0].Text, Is.EqualTo("Going on after step 2."));
        Assert.That(news[^1].Kind, Is.EqualTo((UpsamplerNewsKind)kind));
        Assert.That(news[^1].Text, Does.StartWith("The loss is no number at step 4; ").And.EndsWith(words));
    }

    [TestCase(0, 1.0)]
    [TestCase(12, 0.0)]
    public void NothingIsKeptBeforeTheFirstStepOrBeforeTheStepsAreTimed(int steps, double minutes)
    {
        using var job = new Job(images: 0);
        UpsamplerJob wanted = job.Wanted with { Steps = steps, Minutes = minutes };
        Assert.That(
            () => Run(job, wanted, stopAt: steps == 0 ? 5 : 0, badFrom: 99, stopped: steps > 0),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(File.Exists(wanted.StateFile), Is.False);
    }

    /// <summary>Minutes are made into steps once: a training that goes on does not time its steps again.</summary>
    [Test]
    public void ATrainingThatGoesOnHasTheStepsThatWerePlanned()
    {
        using var job = new Job(images: 0);
        UpsamplerJob wanted = job.Wanted with { Steps = 5 };
        Assert.That(() => Run(job, wanted, stopAt: 2, badFrom: 99), Throws.InstanceOf<OperationCanceledException>());
        (long steps, _) = Run(job, wanted with { Steps = 0, Minutes = 1e-6 }, stopAt: 0, badFrom: 99);
        Assert.That(steps, Is.EqualTo(5));
    }

    [Test]
    public void AStateOfAnotherProjectionIsNotGoneOnWith()
    {
        using var job = new Job(images: 0);
        UpsamplerJob wanted = job.Wanted with { Steps = 5 };
        Assert.That(() => Run(job, wanted, stopAt: 2, badFrom: 99), Throws.InstanceOf<OperationCanceledException>());
        byte[] state = File.ReadAllBytes(wanted.StateFile);
        Assert.That(
            () => Run(job, wanted, stopAt: 0, badFrom: 99, projection: "another"),
            Throws.InstanceOf<FastSegException>().With.Message.Contains("or of files that have changed since"));
        Assert.That(File.ReadAllBytes(wanted.StateFile), Is.EqualTo(state));
    }

    private static (long Steps, List<UpsamplerNews> News) Run(
        Job job, UpsamplerJob wanted, int stopAt, int badFrom, bool stopped = false, string projection = "one")
    {
        UpsamplerConfig config = job.Small(null);
        using var network = new TorchNetwork(config, IdentityStart.Weights(config, 1));
        using var optimiser = new AdamW(network);
        using var stop = new CancellationTokenSource();
        if (stopped)
        {
            stop.Cancel();
        }
        using var data = new Made(stopAt, badFrom, stop);
        var news = new List<UpsamplerNews>();
        var loop = new TrainingLoop(network, data, wanted, news.Add, stop.Token);
        return (loop.Run(new TrainingState(wanted.StateFile, "a job") { Projection = projection }, optimiser), news);
    }

    /// <summary>Random crops, whose loss is no number from the given call on, and which stop the training at another one.</summary>
    private sealed class Made(int stopAt, int badFrom, CancellationTokenSource stop) : Learning.Pieces.TrainingData
    {
        private int _calls;

        public override IReadOnlyList<string> Parts => ["square"];

        public override Tensor[] Losses(Tensor result, TrainingBatch batch)
        {
            _calls++;
            if (_calls == stopAt)
            {
                stop.Cancel();
            }
            return [result.square().mean() * (_calls >= badFrom ? float.NaN : 1)];
        }

        public override void Dispose()
        {
        }

        protected override TrainingBatch DrawCrop(SplitMix64 random) =>
            new(rand(3, CropCells * Job.Patch, CropCells * Job.Patch), rand(4, CropCells, CropCells), []);
    }
}
