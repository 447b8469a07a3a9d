using FastSeg.Deep.Weights;
using FastSeg.Learning.Network;
using FastSeg.Tests.Deep.Upsamplers;
using NUnit.Framework;
using TorchSharp;

namespace FastSeg.Training.Tests;

/// <summary>The network in PyTorch is the engine's.</summary>
[TestFixture]
internal sealed class TorchNetworkTests
{
    [SetUp]
    public void LoadTorch() => TorchLibrary.Load(threads: 2);

    [TestCase(32, 32, 64, 48, 8, Padding.Replicate)]
    [TestCase(16, 16, 45, 37, 14, Padding.Replicate)]
    [TestCase(32, 32, 67, 51, 16, Padding.Zeros)]
    [TestCase(48, 20, 49, 38, 16, Padding.Replicate)]
    public void TheForwardPassIsTheEngines(int channelsIn, int channelsOut, int height, int width, int patch, Padding padding)
    {
        var known = new UpsamplerCase(channelsIn, channelsOut, height, width, patch, padding);
        UpsamplerCase half = known with { Config = known.Config with { Align = Align.HalfPixel } };
        foreach (UpsamplerCase network in (UpsamplerCase[])[known, known.AsPublished(), half])
        {
            float[] expected = network.Run(network.Width, network.Height), found = Forward(network);
            float range = expected.Max() - expected.Min();
            Assert.That(
                expected.Zip(found, (a, b) => Math.Abs(a - b)).Max(), Is.LessThan(1e-4f * range), $"{network.Config}: range {range}");
        }
    }

    /// <summary>PyTorch's result, with the case's weights or others.</summary>
    public static float[] Forward(UpsamplerCase known, IEnumerable<WeightTensor>? weights = null)
    {
        using var scope = torch.NewDisposeScope();
        using var nothing = torch.no_grad();
        using var network = new TorchNetwork(known.Config, weights ?? known.Tensors());
        torch.Tensor image = torch.tensor(known.Image, [1, 3, known.Height, known.Width]);
        torch.Tensor features = torch.tensor(known.Features, [1, known.ChannelsIn, known.LowHeight, known.LowWidth]);
        return network.Forward(image, features).data<float>().ToArray();
    }
}
