using FastSeg.Deep.Weights;
using FastSeg.Tests.Reference;
using NUnit.Framework;

namespace FastSeg.Tests.Deep.Weights;

/// <summary>The files were made by tests/data/deep/make_checkpoints.py with PyTorch 1.13.1.</summary>
[TestFixture]
internal sealed class PyTorchCheckpointTests
{
    [TestCase("checkpoint-float.pth")]
    [TestCase("checkpoint-half.pth")]
    [TestCase("checkpoint-bfloat16.pth")]
    [TestCase("checkpoint-double.pth")]
    public void PublishedLayoutIsImported(string file) => AssertImports(Data(file));

    [Test]
    public void WhatTheInstalledPyTorchSavesIsImported()
    {
        TorchPeer.Require();
        using var folder = new TemporaryFolder();
        Assert.That(TorchPeer.Run(Data("make_checkpoints.py"), folder.Path), Is.True);
        foreach (string type in (string[])["float", "half", "bfloat16", "double"])
        {
            AssertImports(folder.File($"checkpoint-{type}.pth"));
        }
    }

    [Test]
    public void TheConfigurationIsTheCheckpointsAndWhatItDoesNotStateIsRecorded()
    {
        using var folder = new TemporaryFolder();
        UpsamplerFile narrowing = UpsamplerFile.Import(Data("checkpoint-double.pth"), folder.File("double.safetensors"));
        Assert.That(
            (narrowing.Config.ChannelsIn, narrowing.Config.ChannelsHidden, narrowing.Config.ChannelsOut,
                narrowing.Config.ChannelsDown, narrowing.Config.Kernel, narrowing.Config.Patch),
            Is.EqualTo((4, 3, 1, 2, 3, 5)));
        Assert.That(narrowing.Config.Padding, Is.EqualTo(Padding.Replicate));
        UpsamplerFile half = UpsamplerFile.Import(Data("checkpoint-half.pth"), folder.File("half.safetensors"));
        Assert.That(
            (half.Config.ChannelsHidden, half.Config.Padding),
            Is.EqualTo((2, Padding.Zeros)),
            "-1 hidden channels are as many as come in");
        UpsamplerFile loaded = UpsamplerFile.Load(folder.File("half.safetensors"));
        Assert.That(loaded.AssumedFields, Is.EqualTo("guidanceMean, guidanceStd, guidanceScale, normalise, align"));
        Assert.That(loaded.Source, Does.StartWith("checkpoint-half.pth, SHA-256 "));
        Assert.That((loaded.Config.GuidanceScale, loaded.Config.NormaliseL1), Is.EqualTo((255f, true)));
        Assert.That(loaded.Config.GuidanceMean, Is.EqualTo(new[] { 0.485f, 0.456f, 0.406f }));
    }

    [Test]
    public void ViewsOfSharedStoragesAreReadInTheirOrder()
    {
        PyTorchCheckpoint read = PyTorchCheckpoint.Read(Data("checkpoint-views.pth"));
        float[] Values(string name) => read.Weights.Single(tensor => tensor.Name == name).Values;
        Assert.That(Values("transposed"), Is.EqualTo(Enumerable.Range(0, 24).Select(i => (float)((i % 4 * 6) + (i / 4)))));
        Assert.That(Values("part"), Is.EqualTo(new float[] { 6, 8, 10, 12, 14, 16, 18, 20, 22 }));
        Assert.That(Values("same"), Is.EqualTo(Enumerable.Range(0, 24).Select(i => (float)i)));
        Assert.That(Values("scalar"), Is.EqualTo(new float[] { 15 }));
        Assert.That(Values("empty"), Is.Empty);
        Assert.That(Values("counts"), Is.EqualTo(new float[] { 1, -2 }));
        Assert.That(read.Weights.Single(tensor => tensor.Name == "part").Shape, Is.EqualTo(new long[] { 3, 3 }));
        Assert.That(((List<object?>)read.Config.Get("list")!).Take(5), Is.EqualTo(new object?[] { 1L, 2.5, "x", null, true }));
    }

    [Test]
    public void FilesOfOtherKindsAreRefused()
    {
        Refused(File.ReadAllBytes(Data("checkpoint-old.pth")), "is no checkpoint of PyTorch 1.6 or later, which is a zip file");
        Refused([], "is no checkpoint");
        Refused("PK\u0003\u0004 and nothing else"u8.ToArray(), "is a damaged zip file");
        byte[] pickle = PickleWriter.Checkpoint(w => w.Tensor("0", 12, 0, [3, 4], [4, 1]));
        byte[] numbers = new byte[48];
        Assert.That(
            PyTorchCheckpoint.Parse(PickleWriter.Zip(pickle, false, ("data/0", numbers), ("byteorder", "little"u8.ToArray())), "x").Weights,
            Has.Count.EqualTo(1));
        Refused(PickleWriter.Zip(pickle, false, ("data/0", numbers), ("byteorder", "big"u8.ToArray())), "its numbers are big-endian");
        Refused(PickleWriter.Zip(pickle), "it has no file data/0");
        Refused(PickleWriter.Zip(pickle, false, ("data/0", new byte[47])), "data/0 has 47 bytes, which are not 12 numbers of 4 bytes");
        Refused(PickleWriter.Zip(pickle, false, ("data/0", new byte[52])), "data/0 has 52 bytes");
        Refused(PickleWriter.Zip(pickle, true, ("data/0", new byte[1 << 20])), "is compressed; torch.save stores files as they are");
        Refused(PickleWriter.Zip(new PickleWriter().Code("}").Stop()), "it is no dict with the dicts \"config\" and \"weights\"");
        Refused(PickleWriter.Zip(PickleWriter.Checkpoint(w => w.Code("N"))), "hold something under w that is no tensor");
        Refused(
            PickleWriter.Zip(PickleWriter.Checkpoint(w => w.Global("os", "system").Text("x").Raw(0x85).Code("R"))),
            "it asks for os.system");
    }

    [Test]
    public void ManyViewsOfOneStorageCannotFillTheMemory()
    {
        var pickle = new PickleWriter().Code("}(").Text("config").Code("}").Text("weights").Code("}(");
        for (int i = 0; i < 200; i++)
        {
            pickle.Text($"w{i}").Tensor("0", 100_000, 0, [100_000], [1]);
        }
        Refused(PickleWriter.Zip(pickle.Code("uu").Stop(), false, ("data/0", new byte[400_000])), "more than 8 times as large as the file");
    }

    [Test]
    public void ManyNamesOfOneFileCannotFillTheMemory()
    {
        const int Bytes = 400_000, Names = 60;
        var pickle = new PickleWriter().Code("}(").Text("config").Code("}").Text("weights").Code("}(");
        for (int i = 0; i < Names; i++)
        {
            pickle.Text($"w{i}").Tensor($"{i}", Bytes / 4, 0, [1], [1]);
        }
        byte[] zip = PickleWriter.Overlapping(
            pickle.Code("uu").Stop(), new byte[Bytes], [.. Enumerable.Range(0, Names).Select(i => $"data/{i}")]);
        Assert.That(zip, Has.Length.LessThan(2 * Bytes));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refused(zip, "hold more bytes than the zip that they are in");
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(4 * Bytes));
    }

    [Test]
    public void ChangedFilesAreReadOrRefusedAndNothingElse()
    {
        byte[] file = PickleWriter.Zip(PickleWriter.Checkpoint(w => w.Tensor("0", 12, 0, [3, 4], [4, 1])), false, ("data/0", new byte[48]));
        var random = new Random(12);
        for (int round = 0; round < 10_000; round++)
        {
            byte[] changed = Mutation.Of(file, random);
            try
            {
                PyTorchCheckpoint.Parse(changed, "changed");
            }
            catch (FastSegException e)
            {
                Assert.That(e.Message, Does.StartWith("changed ").And.Not.Contain("\n"));
            }
        }
    }

    private static string Data(string name) => TestData.File("tests", "data", "deep", name);

    private static void AssertImports(string path)
    {
        using var folder = new TemporaryFolder();
        string output = folder.File("imported.safetensors");
        UpsamplerFile imported = UpsamplerFile.Import(path, output);
        UpsamplerFile loaded = UpsamplerFile.Load(output);
        Assert.That(
            loaded.Config with { GuidanceMean = [], GuidanceStd = [] },
            Is.EqualTo(imported.Config with { GuidanceMean = [], GuidanceStd = [] }));
        Assert.That(
            loaded.Tensors.Keys,
            Is.EquivalentTo(UpsamplerShapes.Of(loaded.Config, UpsamplerShapes.Widths(loaded.Config)).Select(tensor => tensor.Name)));
        foreach (WeightTensor tensor in loaded.Tensors.Values)
        {
            int offset = tensor.Name.EndsWith("running_var", StringComparison.Ordinal) ? 1 : -48;
            Assert.That(
                tensor.Values,
                Is.EqualTo(Enumerable.Range(0, tensor.Values.Length).Select(i => ((7 * i % 97) + offset) / 64f)),
                tensor.Name);
        }
        Assert.That(Directory.GetFiles(folder.Path), Has.Length.EqualTo(1), "nothing but the result");
    }

    private static void Refused(byte[] file, string sentence)
    {
        string message = Assert.Throws<FastSegException>(() => PyTorchCheckpoint.Parse(file, "hostile.pth"))!.Message;
        Assert.That(message, Does.Contain(sentence).And.StartsWith("hostile.pth "));
    }
}
