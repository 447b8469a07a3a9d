using FastSeg.Deep.Tokens;
using FastSeg.Deep.Upsamplers;
using FastSeg.Deep.Weights;
using FastSeg.Learning.Network;
using FastSeg.Learning.Pieces;
using FastSeg.Learning.Runs;
using FastSeg.Tests.Deep.Upsamplers;
using NUnit.Framework;
using TorchSharp;
using static TorchSharp.torch;

namespace FastSeg.Training.Tests;

/// <summary>What a training begins with, how it moves the weights, and what it does when they break.</summary>
[TestFixture]
internal sealed class NetworkTests
{
    private static readonly UpsamplerConfig Small = new()
    {
        ChannelsIn = 4,
        ChannelsHidden = 4,
        ChannelsOut = 4,
        ChannelsDown = 8,
        Patch = 8,
        Padding = Padding.Replicate,
        GuidanceScale = 1,
        NormaliseL1 = false,
        Align = Align.HalfPixel,
    };

    [SetUp]
    public void LoadTorch() => TorchLibrary.Load(threads: 1);

    [Test]
    public void ANewNetworkInterpolates()
    {
        using var scope = NewDisposeScope();
        using var nothing = no_grad();
        using var network = new TorchNetwork(Small, IdentityStart.Weights(Small, 1)) { BatchMomentum = 1 };
        Tensor low = Uniform("low", 4, 4, 12, 12), image = Uniform("image", 4, 3, 96, 96);
        Tensor smooth = nn.functional.interpolate(low, scale_factor: [8, 8], mode: InterpolationMode.Bilinear, align_corners: false);
        Tensor result = network.Forward(image, low);
        foreach (int channel in Enumerable.Range(0, 4))
        {
            Tensor a = result.narrow(1, channel, 1).flatten(), b = smooth.narrow(1, channel, 1).flatten();
            float likeness = nn.functional.cosine_similarity(a - a.mean(), b - b.mean(), dim: 0).item<float>();
            Assert.That(likeness, Is.GreaterThan(0.9f));
        }
    }

    [Test]
    public void AFilesWeightsGiveTheSameInTraining()
    {
        using var scope = NewDisposeScope();
        using var nothing = no_grad();
        var known = new UpsamplerCase(16, 16, 48, 48, 8, Padding.Replicate);
        UpsamplerConfig file = known.Config with { GuidanceScale = 255 };
        float[] deviations = [.. Enumerable.Range(0, 16).Select(channel => 3f / (channel + 1))];
        Tensor image = tensor(known.Image, [1, 3, 48, 48]), features = tensor(known.Features, [1, 16, 6, 6]);
        List<WeightTensor> weights = WeightScales.FromFile(file, known.Tensors(), deviations);
        using var original = new TorchNetwork(file, known.Tensors());
        using var trained = new TorchNetwork(WeightScales.Config(file), weights);
        using var back = new TorchNetwork(WeightScales.Config(file), WeightScales.ToFile(weights, deviations));
        Tensor expected = original.Forward(image, features);
        float range = (expected.max() - expected.min()).item<float>();
        Tensor scaled = features / tensor(deviations, [1, 16, 1, 1]);
        Assert.That((trained.Forward(image, scaled) - expected).abs().max().item<float>(), Is.LessThan(1e-4f * range));
        Assert.That((back.Forward(image, features) - expected).abs().max().item<float>(), Is.LessThan(1e-4f * range));
    }

    [Test]
    public void StepsAreThoseOfTheDefinition()
    {
        const string Name = "upsampler.outp_conv.weight", Bias = "upsampler.outp_conv.bias";
        using var network = new TorchNetwork(Small, IdentityStart.Weights(Small, 1));
        using var optimiser = new AdamW(network) { MostNorm = 1, Features = 3, Decay = 0.1 };
        Tensor weight = network.Parameters[Name], bias = network.Parameters[Bias];
        double[] values = [.. weight.data<float>().ToArray().Select(value => (double)value)];
        double[] first = new double[values.Length], second = new double[values.Length];
        for (int step = 1; step <= 3; step++)
        {
            double[] gradient = [.. UpsamplerCase.Uniform($"gradient {step}", values.Length).Select(value => (double)(float)value)];
            using Tensor given = tensor(gradient.Select(value => (float)value).ToArray(), weight.shape);
            using (Tensor loss = (weight * given).sum())
            {
                loss.backward();
            }
            Assert.That(optimiser.Step(step, 0.01), Is.True);
            double norm = Math.Sqrt(gradient.Sum(value => value * value)), clip = Math.Min(1, 1 / norm);
            double[] update = new double[values.Length];
            for (int i = 0; i < values.Length; i++)
            {
                first[i] = (0.9 * first[i]) + (0.1 * clip * gradient[i]);
                second[i] = (0.999 * second[i]) + (0.001 * clip * clip * gradient[i] * gradient[i]);
                double mean = first[i] / (1 - Math.Pow(0.9, step)), square = second[i] / (1 - Math.Pow(0.999, step));
                update[i] = (mean / (Math.Sqrt(square) + 1e-8)) + (0.1 * values[i]);
            }
            // Every output's update has mean 0 over the taps of its first three inputs.
            for (int output = 0; output < 4; output++)
            {
                int at = output * 36;
                double mean = Enumerable.Range(at, 27).Average(i => update[i]);
                for (int i = at; i < at + 36; i++)
                {
                    values[i] -= 0.01 * (update[i] - (i < at + 27 ? mean : 0));
                }
            }
            float[] found = weight.data<float>().ToArray();
            Assert.That(found.Zip(values, (a, b) => Math.Abs(a - b)).Max(), Is.LessThan(1e-6));
        }
        Assert.That(bias.grad?.abs().sum().item<float>() ?? 0, Is.Zero);
    }

    [Test]
    public void TheRateRisesAndFallsAndMeansOfBatchesEnd()
    {
        TrainingSchedule schedule = TrainingSchedule.Of(UpsamplerRecipe.Free);
        double Rate(long step) => schedule.RateAt(UpsamplerRecipe.Free, step, 4000);
        Assert.That(Rate(50), Is.EqualTo(0.75e-3).Within(1e-9));
        Assert.That(Rate(100), Is.EqualTo(1.5e-3).Within(1e-9));
        Assert.That(Rate(4000), Is.EqualTo(0.02 * 1.5e-3).Within(1e-9));
        Assert.That(Enumerable.Range(100, 3900).Select(step => Rate(step)), Is.Ordered.Descending);
        Assert.That(schedule.MomentumAt(1, 4000), Is.EqualTo(1), "nothing is kept of what was there before the first batch");
        Assert.That(schedule.MomentumAt(800, 4000), Is.EqualTo(0.02));
        Assert.That(schedule.MomentumAt(801, 4000), Is.Null);
    }

    [Test]
    public void WhereTheLossBreaksTheLastGoodWeightsAreKept()
    {
        using var network = new TorchNetwork(Small, IdentityStart.Weights(Small, 1));
        using var optimiser = new AdamW(network) { MostNorm = 1 };
        using var data = new BreakingData(40);
        var news = new List<UpsamplerNews>();
        long steps = new TrainingLoop(network, data, Wanted, news.Add, default).Run(null, optimiser);
        Assert.That(steps, Is.EqualTo(25));
        Assert.That(news[^1].Kind, Is.EqualTo(UpsamplerNewsKind.Failure));
        Assert.That(news[^1].Text, Does.StartWith("The loss is no number at step 40; x keeps the weights of step 25"));
        // A run that breaks one step after weights were kept has them still; step 39's would be others.
        using var sooner = new TorchNetwork(Small, IdentityStart.Weights(Small, 1));
        using var another = new AdamW(sooner) { MostNorm = 1 };
        using var shorter = new BreakingData(27);
        new TrainingLoop(sooner, shorter, Wanted, _ => { }, default).Run(null, another);
        float[] kept = [.. network.Weights().SelectMany(weight => weight.Values)];
        Assert.That(kept, Is.EqualTo(sooner.Weights().SelectMany(weight => weight.Values)));
        Assert.That(kept, Has.All.Matches<float>(float.IsFinite));
        using var early = new BreakingData(3);
        Assert.That(
            () => new TrainingLoop(network, early, Wanted, news.Add, default).Run(null, optimiser),
            Throws.InstanceOf<FastSegException>().With.Message.Contains("at step 3, before there are weights worth keeping"));
    }

    private static UpsamplerJob Wanted => new()
    {
        Images = [],
        Backbone = "",
        Output = "x",
        Recipe = UpsamplerRecipe.Free,
        Channels = 4,
        Steps = 60,
        Threads = 1,
    };

    private static Tensor Uniform(string name, params long[] shape) =>
        tensor(UpsamplerCase.Uniform(name, (int)shape.Aggregate((a, b) => a * b)).Select(value => (float)value).ToArray(), shape);

    /// <summary>Asks for what is no number from one step on.</summary>
    private sealed class BreakingData(int breaksAt) : Learning.Pieces.TrainingData
    {
        private int _drawn;

        public override IReadOnlyList<string> Parts { get; } = ["part"];

        public override Tensor[] Losses(Tensor result, TrainingBatch batch)
        {
            float wanted = ++_drawn >= breaksAt ? float.NaN : 0;
            return [(result - wanted).square().mean()];
        }

        public override void Dispose()
        {
        }

        protected override TrainingBatch DrawCrop(SplitMix64 random) =>
            new(Uniform(random, 3, 32, 32), Uniform(random, 4, 4, 4), []);

        private static Tensor Uniform(SplitMix64 random, params long[] shape) =>
            tensor(Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b)).Select(_ => (float)random.NextDouble()).ToArray(), shape);
    }
}
