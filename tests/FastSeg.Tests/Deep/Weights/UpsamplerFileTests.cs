using System.Text.Json.Nodes;
using FastSeg.Deep.Upsamplers;
using FastSeg.Deep.Weights;
using FastSeg.Tests.Deep.Upsamplers;
using NUnit.Framework;

namespace FastSeg.Tests.Deep.Weights;

[TestFixture]
internal sealed class UpsamplerFileTests
{
    [TestCase(16, 16, 14), TestCase(32, 32, 8), TestCase(128, 128, 16), TestCase(384, 384, 14)]
    public void TheTensorsOfANetworkAreTheOnesItsConfigurationNeeds(int channelsIn, int channelsOut, int patch)
    {
        var network = new UpsamplerCase(channelsIn, channelsOut, 30, 30, patch, Padding.Replicate);
        List<WeightTensor> tensors = network.Tensors();
        IReadOnlyList<(string Name, long[] Shape)> needed = UpsamplerShapes.Of(network.Config, UpsamplerShapes.Widths(network.Config));
        Assert.That(tensors.Select(tensor => (tensor.Name, string.Join('x', tensor.Shape))).Order(),
            Is.EqualTo(needed.Select(tensor => (tensor.Name, string.Join('x', tensor.Shape))).Order()));
        UpsamplerFile file = UpsamplerFile.Parse(Bytes(network.Config, tensors), "weights");
        Assert.That(file.Config.ChannelsHidden, Is.EqualTo(network.Config.ChannelsHidden));
        Assert.That(file.Parameters, Is.EqualTo(tensors.Sum(tensor => (long)tensor.Values.Length)));
    }

    [Test]
    public void WidthsRunLinearlyOnlyWhereChannelsChange()
    {
        UpsamplerConfig config = new UpsamplerCase(48, 20, 30, 30, 16, Padding.Zeros).Config;
        Assert.That(UpsamplerShapes.Widths(config), Is.EqualTo(new[] { 48, 38, 29, 20 }), "48, 38.67, 29.33, 20 rounded down");
        Assert.That(UpsamplerShapes.Widths(config with { ChannelsOut = 48, ChannelsHidden = 30 }), Is.EqualTo(new[] { 30, 30, 30, 30 }));
        Assert.That(UpsamplerShapes.Widths(config with { Patch = 2 }), Is.EqualTo(new[] { 48 }));
    }

    [TestCase(48, 20), TestCase(4, 1), TestCase(6, 24)]
    public void WhereChannelsChangeTheTensorsSayTheWidthsAndMustFitEachOther(int channelsIn, int channelsOut)
    {
        // "Linearly, rounded down" over the levels, or over the steps between them: files of both kinds load.
        var network = new UpsamplerCase(channelsIn, channelsOut, 30, 30, 16, Padding.Replicate);
        List<WeightTensor> other = [.. UpsamplerShapes.Of(network.Config, UpsamplerShapes.Widths(network.Config))
            .Select(tensor => new WeightTensor(tensor.Name, tensor.Shape, new float[tensor.Shape.Aggregate((a, b) => a * b)]))];
        List<WeightTensor> tensors = network.Tensors();
        string Up(List<WeightTensor> file) =>
            string.Join('x', file.Single(tensor => tensor.Name == "upsampler.upsamples.1.up.1.weight").Shape);
        Assert.That(Up(tensors), Is.Not.EqualTo(Up(other)), "the two readings differ");
        foreach (List<WeightTensor> file in (List<WeightTensor>[])[tensors, other])
        {
            UpsamplerFile loaded = UpsamplerFile.Parse(Bytes(network.Config, file), "w");
            using var upsampler = new Upsampler(loaded.Config, loaded.Tensors.Values);
            Assert.That(upsampler.Output.Outputs, Is.EqualTo(channelsOut));
        }
        int bias = tensors.FindIndex(tensor => tensor.Name == "upsampler.upsamples.1.up.1.bias");
        tensors[bias] = new WeightTensor(tensors[bias].Name, [tensors[bias].Shape[0] + 1], new float[tensors[bias].Shape[0] + 1]);
        Assert.That(
            Assert.Throws<FastSegException>(() => UpsamplerFile.Parse(Bytes(network.Config, tensors), "w"))!.Message,
            Does.Contain("upsampler.upsamples.1.up.1.bias is "));
    }

    [Test]
    public void EveryTensorThatDoesNotFitIsNamed()
    {
        var network = new UpsamplerCase(4, 4, 30, 30, 4, Padding.Replicate);
        List<WeightTensor> tensors = network.Tensors();
        tensors.RemoveAll(tensor => tensor.Name == "upsampler.mlp.bias");
        int conv = tensors.FindIndex(tensor => tensor.Name == "upsampler.outp_conv.weight");
        tensors[conv] = tensors[conv] with { Shape = [4, 4, 9, 1] };
        tensors.Single(tensor => tensor.Name == "upsampler.outp_conv.bias").Values[1] = float.NaN;
        tensors.Add(new WeightTensor("upsampler.extra", [1], [0]));
        tensors.Add(new WeightTensor("upsampler.inp_conv.double_conv.1.num_batches_tracked", [], [3]));
        string message = Assert.Throws<FastSegException>(
            () => UpsamplerFile.Parse(Bytes(network.Config, tensors), "w.safetensors"))!.Message;
        Assert.That(message, Is.EqualTo(
            "w.safetensors does not fit its configuration: upsampler.outp_conv.weight is 4 x 4 x 9 x 1 instead of 4 x 4 x 3 x 3; "
            + "upsampler.outp_conv.bias has a value that is not finite; upsampler.mlp.bias (4) is missing; "
            + "upsampler.extra belongs to no layer; "
            + "use the weights with their own configuration."));
        message = Assert.Throws<FastSegException>(
            () => UpsamplerFile.Parse(Bytes(network.Config with { Patch = 16 }, tensors), "w"))!.Message;
        Assert.That(message, Does.Contain(" is missing").And.Match("and [0-9]+ more"));
    }

    [TestCase("patch", "1", "patch is 1; it must lie in 2 to 64")]
    [TestCase("kernel", "5", "kernel is 5; it must lie in 3 to 3")]
    [TestCase("channelsIn", "0", "channelsIn is 0; it must lie in 1 to 4096")]
    [TestCase("channelsDown", null, "its configuration cannot be read")]
    [TestCase("padding", "\"reflect\"", "its padding is reflect; \"replicate\" and \"zeros\" can be run")]
    [TestCase("normalise", "\"l2\"", "normalise is \"l2\"; \"l1\" and \"none\" are known")]
    [TestCase("guidanceStd", "[1, 0, 1]", "guidanceStd's and guidanceScale positive")]
    [TestCase("guidanceMean", "null", "its configuration cannot be read")]
    [TestCase("align", "\"centre\"", "align is \"centre\"; \"corners\" and \"half-pixel\" are known")]
    [TestCase("projection", "\"ABCD\"", "projection is \"ABCD\"; a SHA-256 has 64 lower-case hexadecimal digits")]
    [TestCase("standardise", "\"page\"", "standardise is \"page\"; \"image\", \"local\" and \"none\" are known")]
    [TestCase("colour", "3", "its configuration cannot be read")]
    public void AConfigurationOutOfRangeIsRefused(string field, string? value, string sentence)
    {
        JsonObject json = JsonNode.Parse(
            UpsamplerConfigReader.ToJson(new UpsamplerCase(4, 4, 30, 30, 4, Padding.Replicate).Config))!.AsObject();
        json.Remove(field);
        if (value is not null)
        {
            json[field] = JsonNode.Parse(value);
        }
        Assert.That(
            Assert.Throws<FastSegException>(() => UpsamplerConfigReader.FromJson(json.ToJsonString(), "w"))!.Message,
            Does.Contain(sentence));
    }

    [Test]
    public void TheJsonIsTheSpecifications()
    {
        UpsamplerConfig config = new UpsamplerCase(4, 4, 30, 30, 4, Padding.Replicate).Config;
        Assert.That(UpsamplerConfigReader.ToJson(config), Is.EqualTo(
            """{"channelsIn":4,"channelsHidden":4,"channelsOut":4,"channelsDown":32,"kernel":3,"patch":"""
            + """4,"padding":"replicate","guidanceMean":[0.485,0.456,0.406],"guidanceStd":[0.229,"""
            + """0.224,0.225],"guidanceScale":1,"normalise":"none"}"""));
        string identity = new('a', 64);
        UpsamplerConfig own = config with
        {
            Align = Align.HalfPixel,
            Projection = identity,
            Standardise = Standardisation.Image,
            FlipAverage = false,
            NormaliseL1 = false,
        };
        Assert.That(
            UpsamplerConfigReader.ToJson(own),
            Does.EndWith(
                $$""","normalise":"none","align":"half-pixel","projection":"{{identity}}","standardise":"image","""
                + "\"flipAverage\":false}"));
        UpsamplerConfig read = UpsamplerConfigReader.FromJson(UpsamplerConfigReader.ToJson(own), "w");
        Assert.That(
            (read.Align, read.Projection, read.Standardise, read.FlipAverage, read.NormaliseL1),
            Is.EqualTo((Align.HalfPixel, identity, (Standardisation?)Standardisation.Image, (bool?)false, false)));
        read = UpsamplerConfigReader.FromJson(UpsamplerConfigReader.ToJson(config), "w");
        Assert.That((read.Align, read.Projection, read.Standardise), Is.EqualTo((Align.Corners, (string?)null, (Standardisation?)null)));
        Assert.That(read.FlipAverage, Is.Null);
    }

    [TestCase("n_ch_in", null, "its config has no whole number n_ch_in")]
    [TestCase("k", "3.0", "its config has no whole number k")]
    [TestCase("k", 5L, "kernel is 5")]
    [TestCase("n_ch_guidance", 1L, "n_ch_guidance is 1; upsamplers guided by 3 colours can be run")]
    [TestCase("feat_weight", 0.3, "feat_weight is 0.3; only upsamplers that do not add features again")]
    [TestCase("padding_mode", "circular", "its padding is circular")]
    [TestCase("padding_mode", null, "its padding is not stated")]
    [TestCase("padding_mode", 1L, "padding_mode in its config is no text")]
    [TestCase("feat_weight", "often", "feat_weight is often; only upsamplers")]
    [TestCase("align", "centre", "align is \"centre\"; \"corners\" and \"half-pixel\" are known")]
    [TestCase("align", true, "align in its config is no text")]
    [TestCase("normalise", "l2", "normalise is \"l2\"; \"l1\" and \"none\" are known")]
    [TestCase("patch_size", 1L << 40, "its config has no whole number patch_size")]
    public void ACheckpointOfAnotherKindIsRefused(string field, object? value, string sentence)
    {
        PickleDict config = Usual();
        Assert.That(CheckpointConfig.Read(config, "c", new UpsamplerImport()).Config.Padding, Is.EqualTo(Padding.Zeros));
        config.Set(field, value);
        Assert.That(
            Assert.Throws<FastSegException>(() => CheckpointConfig.Read(config, "c", new UpsamplerImport()))!.Message,
            Does.Contain(sentence));
    }

    [Test]
    public void WhatACheckpointStatesIsObeyedAndWhatItDoesNotTheCallerMay()
    {
        PickleDict config = Usual();
        UpsamplerConfig silent = CheckpointConfig.Read(config, "c", new UpsamplerImport()).Config;
        Assert.That((silent.Align, silent.NormaliseL1), Is.EqualTo((Align.Corners, true)), "as published");
        var stated = new UpsamplerImport { Align = Align.HalfPixel, NormaliseL1 = false };
        CheckpointConfig told = CheckpointConfig.Read(config, "c", stated);
        Assert.That((told.Config.Align, told.Config.NormaliseL1), Is.EqualTo((Align.HalfPixel, false)));
        Assert.That(told.Assumed, Is.EqualTo("guidanceMean, guidanceStd, guidanceScale"));

        config.Set("align", "half-pixel");
        config.Set("normalise", "none");
        CheckpointConfig read = CheckpointConfig.Read(config, "c", new UpsamplerImport());
        Assert.That((read.Config.Align, read.Config.NormaliseL1), Is.EqualTo((Align.HalfPixel, false)));
        Assert.That(read.Assumed, Is.EqualTo("guidanceMean, guidanceStd, guidanceScale"));
        Assert.That(CheckpointConfig.Read(config, "c", stated).Config.Align, Is.EqualTo(Align.HalfPixel), "both say so");
        Assert.That(
            Assert.Throws<FastSegException>(() => CheckpointConfig.Read(config, "c", new UpsamplerImport { NormaliseL1 = true }))!.Message,
            Is.EqualTo("c states another normalise than the import does; leave it out, the checkpoint is obeyed."));
        Assert.That(
            Assert.Throws<FastSegException>(() => CheckpointConfig.Read(config, "c", stated with { Align = Align.Corners }))!.Message,
            Does.StartWith("c states another align"));
    }

    [Test]
    public void KeysThatSayNothingOfTheGeometryAreListed()
    {
        PickleDict config = Usual();
        Assert.That(CheckpointConfig.Read(config, "c", new UpsamplerImport()).UnknownKeys, Is.Empty);
        config.Set("lr", 1e-4);
        config.Set("n_epochs", 50L);
        Assert.That(CheckpointConfig.Read(config, "c", new UpsamplerImport()).UnknownKeys, Is.EqualTo(new[] { "lr", "n_epochs" }));
    }

    [Test]
    public void AFileWithoutConfigurationSaysHowToMakeOne()
    {
        byte[] bytes = Safetensors.Write([new WeightTensor("a", [1], [1])], new Dictionary<string, string>());
        Assert.That(Assert.Throws<FastSegException>(() => UpsamplerFile.Parse(bytes, "folder/w.safetensors"))!.Message,
            Does.Contain("has no configuration in its metadata; import the checkpoint"));
    }

    private static PickleDict Usual()
    {
        var config = new PickleDict();
        foreach ((string name, object? usual) in ((string, object?)[])[
            ("n_ch_in", 4L), ("n_ch_out", 4L), ("n_ch_downsampler", 2L), ("patch_size", 4L), ("padding_mode", "zeros"), ("feat_weight", -1L)
        ])
        {
            config.Set(name, usual);
        }
        return config;
    }

    private static byte[] Bytes(UpsamplerConfig config, List<WeightTensor> tensors) =>
        Safetensors.Write(tensors, new Dictionary<string, string> { ["config"] = UpsamplerConfigReader.ToJson(config) });
}
