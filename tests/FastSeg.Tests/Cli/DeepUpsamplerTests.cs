using System.Globalization;
using System.Runtime.InteropServices;
using FastSeg.Deep.Weights;
using FastSeg.Native;
using FastSeg.Tests.Deep.Upsamplers;
using FastSeg.Tests.Reference;
using NUnit.Framework;

namespace FastSeg.Tests.Cli;

/// <summary>fastseg upsampler import, info and run.</summary>
internal sealed class DeepUpsamplerTests : CliFixture
{
    private static string Checkpoint => TestData.File("tests", "data", "deep", "checkpoint-half.pth");

    [Test]
    public void ACheckpointIsImportedAndDescribed()
    {
        string output = Succeed("upsampler", "import", Checkpoint, "-o", At("half.safetensors"));
        Assert.That(Succeed("upsampler", "info", At("half.safetensors")), Is.EqualTo(output));
        Assert.That(Succeed("info", At("half.safetensors")), Is.EqualTo(output));
        Assert.That(
            output,
            Does.Contain("padding zeros").And.Contain("checkpoint-half.pth, SHA-256 ")
                .And.Match("assumed +guidanceMean, guidanceStd, guidanceScale, normalise, align")
                .And.Contain("(255 x - mean) / std").And.Contain("divided by their L1 norm")
                .And.Match("not looked at +"));
        Assert.That(UpsamplerFile.Load(At("half.safetensors")).Config.Padding, Is.EqualTo(Padding.Zeros));
    }

    /// <summary>A backbone's folder that states hashes would be refused with other files of those names; both are kept.</summary>
    [Test]
    public void TrainingNeverReplacesWhatAFolderStates()
    {
        string folder = TestData.File("models", "fastseg-vit-tiny-8-int8");
        string image = TestData.File("samples", "ni", "train", "spot3_0d_3.png");
        string[] names = ["upsampler.safetensors", "projection.safetensors"];
        byte[][] before = [.. names.Select(name => File.ReadAllBytes(Path.Combine(folder, name)))];
        string[] Train(string name) => ["upsampler", "train", "--images", image, "--deep", folder, "-o", Path.Combine(folder, name)];
        Assert.That(Fail(Train(names[0])), Does.Contain("states the SHA-256 of").And.Contain("write elsewhere"));
        Assert.That(Misuse(Train(names[1])), Does.Contain("would be overwritten by a result"));
        Assert.That(names.Select(name => File.ReadAllBytes(Path.Combine(folder, name))), Is.EqualTo(before));
    }

    [Test]
    public void WhatTheCheckpointDoesNotSayIsSaidByFlags()
    {
        string output = Succeed(
            "upsampler", "import", Checkpoint, "--normalise", "none", "--align", "half-pixel", "-o", At("told.safetensors"));
        Assert.That(
            output,
            Does.Match("features +as they are").And.Match("doubling +bilinear, half-pixel centres").And.Match("projection +not stated")
                .And.Match("assumed +guidanceMean, guidanceStd, guidanceScale\n"));
        UpsamplerConfig config = UpsamplerFile.Load(At("told.safetensors")).Config;
        Assert.That((config.Align, config.NormaliseL1), Is.EqualTo((Align.HalfPixel, false)));
        Assert.That(
            Misuse("upsampler", "import", Checkpoint, "--align", "centre", "-o", At("no.safetensors")), Does.Contain("--align"));
    }

    [Test]
    public void HostileAndMissingCheckpointsAreRefused()
    {
        Assert.That(
            Fail("upsampler", "import", TestData.File("tests", "data", "deep", "checkpoint-old.pth"), "-o", At("no.safetensors")),
            Does.Contain("is no checkpoint"));
        Assert.That(Fail("upsampler", "import", At("gone.pth"), "-o", At("no.safetensors")), Does.Contain("gone.pth"));
        Assert.That(Fail("upsampler", "import", Checkpoint, "-o", At("no/where.safetensors")), Does.Contain("no/where.safetensors"));
        Assert.That(Fail("upsampler", "info", Checkpoint), Does.Contain("checkpoint-half.pth"));
        Assert.That(File.Exists(At("no.safetensors")), Is.False);
    }

    [TestCase(false, 1), TestCase(true, 3), TestCase(false, 16)]
    public void RunEqualsTheEngine(bool normalise, int threads)
    {
        // The sizes are odd, and the width is enough for two columns of tiles where sixteen threads share the columns.
        var network = new UpsamplerCase(16, 16, 131, 539, 14, Padding.Replicate);
        network = network with { Config = network.Config with { NormaliseL1 = normalise, GuidanceScale = normalise ? 255 : 1 } };
        (string weights, string image, string features) = Save(network);
        string output = Succeed(
            "upsampler", "run", weights, "--image", image, "--features", features, "--range", "0", "1", "-o", At("high.npy"),
            "--threads", threads.ToString(CultureInfo.InvariantCulture));
        Assert.That(output, Does.Contain("16 x 131 x 539 features"));
        byte[] bytes = File.ReadAllBytes(At("high.npy"));
        Assert.That(System.Text.Encoding.ASCII.GetString(bytes, 0, 128), Does.Contain("'<f4'").And.Contain("(16, 131, 539)"));
        float[] result = TorchPeer.ReadNpy(At("high.npy")), expected = network.Run(539, 131);
        Assert.That(result, Is.EqualTo(expected).Within(1e-6f * (expected.Max() - expected.Min())));
    }

    [Test]
    [NonParallelizable]
    public void MemoryDoesNotGrowWithTheImage()
    {
        var network = new UpsamplerCase(8, 8, 30, 30, 16, Padding.Replicate);
        (string weights, _, _) = Save(network);
        UpsamplerFile file = UpsamplerFile.Load(weights);
        long Peak(int height)
        {
            using var image = MemoryImage.FromMemory<byte>(new byte[height * 544], 544, height);
            File.WriteAllBytes(
                At("tall.npy"), Npy.Bytes("<f4", $"(8, {height / 16}, 34)", new byte[8 * (height / 16) * 34 * sizeof(float)]));
            long before = HostBuffer.LiveBytes;
            HostBuffer.ResetPeak();
            UpsamplerRun.Run(file, image, At("tall.npy"), At("tall-high.npy"), null, new ComputeOptions { Threads = 2 });
            return HostBuffer.PeakBytes - before;
        }
        // Both images are high enough that every worker has tiles of full height.
        Assert.That(Peak(6144), Is.LessThan(1.02 * Peak(3072)));
    }

    [Test]
    public void AGreyByteImageGuidesAllThreeColours()
    {
        var network = new UpsamplerCase(8, 8, 40, 50, 4, Padding.Zeros);
        (string weights, _, string features) = Save(network);
        byte[] grey = [.. Enumerable.Range(0, 2000).Select(i => (byte)(i * 7))];
        float[] colour = [.. grey.SelectMany(sample => Enumerable.Repeat(sample / 255f, 3))];
        Write(At("grey.png"), SampleType.UInt8, 50, 40, grey);
        File.WriteAllBytes(At("colour.npy"), Npy.Bytes("<f4", "(40, 50, 3)", MemoryMarshal.AsBytes(colour.AsSpan())));
        Succeed("upsampler", "run", weights, "--image", At("grey.png"), "--features", features, "-o", At("g.npy"));
        Succeed("upsampler", "run", weights, "--image", At("colour.npy"), "--features", features, "--range", "0", "1", "-o", At("c.npy"));
        Assert.That(TorchPeer.ReadNpy(At("g.npy")), Is.EqualTo(TorchPeer.ReadNpy(At("c.npy"))));
    }

    [Test]
    public void FeaturesThatDoNotFitAreRefused()
    {
        var network = new UpsamplerCase(8, 8, 40, 50, 4, Padding.Replicate);
        (string weights, string image, _) = Save(network);
        Assert.That(Refused("(7, 10, 12)", 840), Does.Contain("7 channels").And.Contain("takes 8"));
        Assert.That(Refused("(8, 120)", 960), Does.Contain("holds 8 x 120 of type <f4").And.Contain("k x h x w"));
        Assert.That(Refused("(8, 10, 12)", 960, "<f8"), Does.Contain("of type <f8"));
        Assert.That(Refused("(8, 10, 12)", 959), Does.Contain("is truncated"));
        Assert.That(Refused("(8, 41, 2)", 8 * 82), Does.Contain("41 x 2 cells").And.Contain("40 x 50 pixels"));
        Assert.That(Refused("(8, 99999999999, 99999999999)", 1), Does.Contain("cells"));
        float[] values = new float[960];
        values[5] = float.PositiveInfinity;
        Assert.That(Refused("(8, 10, 12)", 960, "<f4", values), Does.Contain("not finite"));
        File.WriteAllText(At("bad.npy"), "certainly no array");
        Assert.That(Run(At("bad.npy")), Does.Contain("bad.npy is no npy file"));
        Assert.That(Run(At("gone.npy")), Does.Contain("gone.npy does not exist"));
        Assert.That(File.Exists(At("h.npy")), Is.False);

        string Refused(string shape, int count, string type = "<f4", float[]? numbers = null)
        {
            File.WriteAllBytes(At("bad.npy"), Npy.Bytes(type, shape, MemoryMarshal.AsBytes((numbers ?? new float[count]).AsSpan())));
            return Run(At("bad.npy"));
        }

        string Run(string features) => Fail(
            "upsampler", "run", weights, "--image", image, "--features", features, "--range", "0", "1", "-o", At("h.npy"));
    }

    [Test]
    public void AGuidanceThatIsNotANumberIsRefused()
    {
        var network = new UpsamplerCase(8, 8, 40, 50, 4, Padding.Replicate);
        (string weights, _, string features) = Save(network);
        float[] samples = new float[2000];
        samples[(3 * 50) + 4] = float.NaN;
        File.WriteAllBytes(At("nan.npy"), Npy.Bytes("<f4", "(40, 50)", MemoryMarshal.AsBytes(samples.AsSpan())));
        Assert.That(
            Fail("upsampler", "run", weights, "--image", At("nan.npy"), "--features", features, "--range", "0", "1", "-o", At("h.npy")),
            Does.Contain("nan.npy: the pixel at x 4, y 3 is NaN"));
    }

    [TestCase("upsampler", "add import, info, run or train")]
    [TestCase("upsampler import a.pth", "'--output' is required")]
    [TestCase("upsampler import a.pth -o a.npy", "-o a.npy must end in .safetensors")]
    [TestCase("upsampler run a.safetensors --image i --features l.npy -o h.tif", "-o h.tif must end in .npy")]
    [TestCase("upsampler run a.safetensors --image i --features l.npy -o l.npy", "l.npy would be overwritten")]
    [TestCase("upsampler run a.safetensors --image i --features l.npy -o h.npy --range 2 1", "--range 2 1 is no range")]
    public void WrongArguments(string line, string sentence) => Assert.That(Misuse(line.Split(' ')), Does.Contain(sentence));

    private (string Weights, string Image, string Features) Save(UpsamplerCase network)
    {
        string folder = NewFolder();
        string Put(string name, byte[] bytes)
        {
            string path = Path.Combine(folder, name);
            File.WriteAllBytes(path, bytes);
            return path;
        }
        int pixels = network.Height * network.Width;
        float[] planes = network.Image;
        float[] image = [.. Enumerable.Range(0, 3 * pixels).Select(i => planes[(i % 3 * pixels) + (i / 3)])];
        var config = new Dictionary<string, string> { ["config"] = UpsamplerConfigReader.ToJson(network.Config) };
        return (
            Put("weights.safetensors", Safetensors.Write(network.Tensors(), config)),
            Put("image.npy", Npy.Bytes("<f4", $"({network.Height}, {network.Width}, 3)", MemoryMarshal.AsBytes(image.AsSpan()))),
            Put(
                "low.npy",
                Npy.Bytes(
                    "<f4",
                    $"({network.ChannelsIn}, {network.LowHeight}, {network.LowWidth})",
                    MemoryMarshal.AsBytes(network.Features.AsSpan()))));
    }
}
