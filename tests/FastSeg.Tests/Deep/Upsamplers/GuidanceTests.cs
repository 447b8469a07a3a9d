using System.Runtime.InteropServices;
using FastSeg.Deep.Weights;
using FastSeg.Tests.Cli;
using FastSeg.Tests.Deep.Backbones;
using FastSeg.Tests.Reference;
using NUnit.Framework;

namespace FastSeg.Tests.Deep.Upsamplers;

/// <summary>A learned upsampler is guided by the image as the transformer sees it: 0.5 + 0.12 z where images are standardised.</summary>
[TestFixture]
[NonParallelizable]
internal sealed class GuidanceTests
{
    /// <summary>An image of z whose range is this is seen as 0.5 + 0.12 z.</summary>
    private const float End = 0.5f / 0.12f;

    private static readonly SyntheticScene Scene = new(41, 35, seed: 6);

    private static readonly FeatureSpec ByImage =
        FeatureSpec.Paper with { Families = Families.Gaussian, Sigmas = [], Standardise = Standardisation.Image };

    [TestCase(BackendKind.Cpu), TestCase(BackendKind.Simulated)]
    public void GuidanceIsStandardisedAsTheTransformersInputIs(BackendKind backend)
    {
        using var tiny = new TinyBackbone();
        tiny.SaveUpsampler(new UpsamplerCase(8, 8, 64, 64, 8, Padding.Replicate).HalfPixel());
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        var options = new ComputeOptions { Backend = backend };
        var deep = new DeepOptions(backbone) { Channels = 8, Scales = [1], Upsampling = Upsampling.Learned };
        using MemoryImage image = Scene.Image;
        float[] z = Segmenter.Features(image, ByImage, options: options).Values.ToArray();
        using MemoryImage standardised = MemoryImage.FromMemory<float>(z, Scene.Width, Scene.Height);
        float[] found = Segmenter.Features(image, ByImage, deep: deep, options: options).Values.ToArray();
        float[] expected = Segmenter.Features(
            standardised, ByImage with { Standardise = Standardisation.None }, deep: deep with { Range = new InputRange(-End, End) },
            options: options).Values.ToArray();
        float[] planes = expected[z.Length..];
        Assert.That(found, Is.EqualTo(expected).Within(1e-4f * (planes.Max() - planes.Min())));
    }

    [Test]
    public void TheUpsamplerAloneStandardisesWhereItsWeightsSaySo()
    {
        using var folder = new TemporaryFolder();
        UpsamplerCase network = new UpsamplerCase(8, 8, Scene.Height, Scene.Width, 8, Padding.Replicate).HalfPixel();
        UpsamplerFile Weights(string name, Standardisation? standardise)
        {
            UpsamplerConfig config = network.Config with { Standardise = standardise };
            var metadata = new Dictionary<string, string> { ["config"] = UpsamplerConfigReader.ToJson(config) };
            File.WriteAllBytes(folder.File(name), Safetensors.Write(network.Tensors(), metadata));
            return UpsamplerFile.Load(folder.File(name));
        }
        string low = folder.File("low.npy");
        string shape = $"({network.ChannelsIn}, {network.LowHeight}, {network.LowWidth})";
        File.WriteAllBytes(low, Npy.Bytes("<f4", shape, MemoryMarshal.AsBytes(network.Features.AsSpan())));
        float[] Run(UpsamplerFile weights, ImageReader image, InputRange? range)
        {
            UpsamplerRun.Run(weights, image, low, folder.File("high.npy"), range);
            return TorchPeer.ReadNpy(folder.File("high.npy"));
        }
        using MemoryImage image = Scene.Image;
        float[] z = Segmenter.Features(image, ByImage).Values.ToArray();
        using MemoryImage standardised = MemoryImage.FromMemory<float>(z, Scene.Width, Scene.Height);
        UpsamplerFile own = Weights("own.safetensors", Standardisation.Image), silent = Weights("silent.safetensors", null);
        float[] found = Run(own, image, null), expected = Run(silent, standardised, new InputRange(-End, End));
        float range = expected.Max() - expected.Min();
        Assert.That(found, Is.EqualTo(expected).Within(1e-4f * range));
        Assert.That(Run(own, image, InputRange.Bytes), Is.EqualTo(Run(silent, image, InputRange.Bytes)), "a range that is given is kept");
    }
}
