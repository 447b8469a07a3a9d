using System.IO.Compression;
using System.IO.Pipes;
using System.Text;
using FastSeg.Models;
using FastSeg.Tests.Reference;
using NUnit.Framework;

namespace FastSeg.Tests.Models;

[TestFixture]
internal sealed class ModelFileTests
{
    [Test]
    public void AModelSurvivesItsFile()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("m.fastseg");
        Model model = Trained.Grey;
        model.Save(path);
        Model loaded = Model.Load(path);
        Assert.That(loaded.Classes, Is.EqualTo(model.Classes));
        Assert.That(loaded.Training, Is.EqualTo(model.Training));
        Assert.That(loaded.Channels, Is.EqualTo(model.Channels));
        Assert.That(loaded.Features.Names, Is.EqualTo(model.Features.Names));
        Assert.That(loaded.Features.SigmaScale, Is.EqualTo(model.Features.SigmaScale));
        Assert.That(loaded.Features.Membrane, Is.EqualTo(model.Features.Membrane));
        Assert.That(loaded.ForestBytes.ToArray(), Is.EqualTo(model.ForestBytes.ToArray()));
        loaded.Save(folder.File("again.fastseg"));
        Assert.That(File.ReadAllBytes(folder.File("again.fastseg")), Is.EqualTo(File.ReadAllBytes(path)));
        Assert.That(Directory.GetFiles(folder.Path), Has.Length.EqualTo(2), "nothing is left beside the models");
    }

    /// <summary>Streams that cannot seek, and models that begin in the middle of a stream, are read too.</summary>
    [Test]
    public void StreamsAndMemoryHoldTheBytesOfTheFile()
    {
        using var folder = new TemporaryFolder();
        Trained.Grey.Save(folder.File("m.fastseg"));
        byte[] file = File.ReadAllBytes(folder.File("m.fastseg"));
        Assert.That(Trained.Grey.ToBytes(), Is.EqualTo(file));
        using var stream = new MemoryStream();
        stream.Write([1, 2, 3]);
        Trained.Grey.Save(stream);
        Assert.That(stream.ToArray()[3..], Is.EqualTo(file));
        stream.Position = 3;
        Assert.That(Model.Load(stream).ToBytes(), Is.EqualTo(file));
        stream.Position = 3;
        using var forward = new AnonymousPipeServerStream(PipeDirection.Out);
        using var end = new AnonymousPipeClientStream(
            PipeDirection.In, forward.ClientSafePipeHandle);
        var writing = new Thread(() =>
        {
            Trained.Grey.Save(forward);
            forward.Dispose();
        });
        writing.Start();
        Assert.That(Model.Load(end).ToBytes(), Is.EqualTo(file));
        writing.Join();
        Assert.That(Model.Load(file.AsSpan()).ToBytes(), Is.EqualTo(file));
    }

    [Test]
    public void AStreamIsRefusedInOneSentence()
    {
        byte[] whole = Trained.Grey.ToBytes();
        string Message(byte[] bytes) => Assert.Catch<FastSegException>(() => Model.Load(bytes, "the model at the door"))!.Message;
        Assert.That(Message([]), Does.StartWith("the model at the door: this is no whole FastSeg model: "));
        Assert.That(Message(whole[..(whole.Length / 2)]), Does.StartWith("the model at the door: this is no whole FastSeg model: "));
        using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.None, 0);
        Assert.That(
            () => Trained.Grey.Save(full),
            Throws.TypeOf<FastSegException>().With.Message.StartsWith("The model cannot be written to its stream: "));
        using var closed = new MemoryStream();
        closed.Dispose();
        Assert.That(() => Model.Load(closed), Throws.TypeOf<ArgumentException>());
        Assert.That(() => Trained.Grey.Save(closed), Throws.TypeOf<ArgumentException>());
        using var readOnly = new MemoryStream(whole, writable: false);
        Assert.That(() => Trained.Grey.Save(readOnly), Throws.TypeOf<ArgumentException>());
    }

    [Test]
    public void TheForestInsideIsXgboostsOwn()
    {
        using var folder = new TemporaryFolder();
        Trained.Grey.Save(folder.File("m.fastseg"));
        using ZipArchive zip = ZipFile.OpenRead(folder.File("m.fastseg"));
        Assert.That(zip.Entries.Select(e => e.FullName), Is.EqualTo(new[] { "model.json", "forest.ubj", "selftest.npz" }));
        using var bytes = new MemoryStream();
        using (Stream stream = zip.GetEntry("forest.ubj")!.Open())
        {
            stream.CopyTo(bytes);
        }
        float[] row = new float[Trained.Grey.Planes];
        Assert.That(XgBoostPeer.Probabilities(bytes.ToArray(), row, row.Length).Sum(), Is.EqualTo(1).Within(1e-5));
    }

    [Test]
    public void DamageIsRefusedInOneSentence()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("m.fastseg");
        Assert.That(Refusal(folder.File("none.fastseg")), Does.Contain("no such model file"));
        Trained.Grey.Save(path);
        byte[] whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, whole[..(whole.Length / 2)]);
        Assert.That(Refusal(path), Does.Contain("no whole FastSeg model"));
        File.WriteAllText(path, "not a zip");
        Assert.That(Refusal(path), Does.Contain("no whole FastSeg model"));
        Edit(whole, path, "model.json", text => text.Replace("\"format\": 5", "\"format\": 6", StringComparison.Ordinal));
        Assert.That(Refusal(path), Does.Contain("format 6").And.Contain("update FastSeg"));
        Edit(whole, path, "model.json", text => text.Replace("\"channels\": 1", "\"channels\": 3", StringComparison.Ordinal));
        Assert.That(Refusal(path), Does.Contain("58 features").And.Contain("174"));
        Edit(whole, path, "model.json", text => text.Replace("\"dog\"", "\"god\"", StringComparison.Ordinal));
        Assert.That(Refusal(path), Does.Contain("\"god\" is no feature family"));
        Edit(whole, path, "model.json", text => text.Replace("\"value\": 7", "\"value\": 2", StringComparison.Ordinal));
        Assert.That(Refusal(path), Does.Contain("class 3 has the label value 2"));
        Edit(whole, path, "model.json", text => text.Replace("\"depth\": 4", "\"depth\": -4", StringComparison.Ordinal));
        Assert.That(Refusal(path), Does.Contain("-4"));
        Edit(whole, path, "model.json", _ => "{}");
        Assert.That(Refusal(path), Does.Contain("format number"));
    }

    [Test]
    public void AForestThatPredictsOtherwiseFailsItsSelfTest()
    {
        using var folder = new TemporaryFolder();
        Trained.Grey.Save(folder.File("m.fastseg"));
        SelfTest kept = Trained.Grey.SelfTest;
        float[] wrong = [.. kept.Probabilities];
        wrong[4] += 1e-5f;
        Assert.That(
            () => (kept with { Probabilities = wrong }).Check(Trained.Grey.Forest),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("self-test fails: pixel 1"));
        Assert.That(() => kept.Check(Trained.Grey.Forest), Throws.Nothing);
    }

    /// <summary>The files were written by earlier versions, from a sample image.</summary>
    [TestCase(1)]
    [TestCase(2)]
    public void ModelsOfOlderFormatsWereTrainedWithXgboostsDefaultsAndSmoothNothing(int format)
    {
        Model model = Model.Load(TestData.File("tests", "FastSeg.Tests", "Models", $"format{format}.fastseg"));
        Assert.That(model.Training, Is.EqualTo(TrainingOptions.Published with { Rounds = 2, Depth = 2 }));
        Assert.That(model.Smoothing, Is.EqualTo(Smoothing.None));
        Assert.That(model.Features.Standardise, Is.EqualTo(Standardisation.None));
        Assert.That(model.Images, Is.Null);
        Assert.That(model.DeepFeatures is not null, Is.EqualTo(format == 2));
    }

    [Test]
    public void MutatedModelsAreRefusedOrTheSame()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("m.fastseg");
        Trained.Grey.Save(path);
        byte[] whole = File.ReadAllBytes(path);
        var random = new Random(11);
        int refused = 0;
        for (int i = 0; i < 1500; i++)
        {
            byte[] bytes = [.. whole];
            for (int hits = random.Next(1, 5); hits > 0; hits--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }
            File.WriteAllBytes(path, random.Next(8) == 0 ? bytes[..random.Next(bytes.Length)] : bytes);
            try
            {
                Model loaded = Model.Load(path);
                Assert.That(loaded.ForestBytes.Span.SequenceEqual(Trained.Grey.ForestBytes.Span), "the trees differ");
                Assert.That(loaded.Features.Names, Is.EqualTo(Trained.Grey.Features.Names));
                Assert.That(loaded.Features.SigmaScale, Is.EqualTo(Trained.Grey.Features.SigmaScale));
                Assert.That(loaded.Classes, Is.EqualTo(Trained.Grey.Classes));
                Assert.That(loaded.SelfTest.Probabilities, Is.EqualTo(Trained.Grey.SelfTest.Probabilities));
            }
            catch (FastSegException)
            {
                refused++;
            }
        }
        Assert.That(refused, Is.GreaterThan(1000));
    }

    [Test]
    public void AFlippedBitOfAStoredEntryIsFound()
    {
        using var folder = new TemporaryFolder();
        Trained.Grey.Save(folder.File("m.fastseg"));
        string path = folder.File("stored.fastseg");
        using (ZipArchive from = ZipFile.OpenRead(folder.File("m.fastseg")), to = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            foreach (ZipArchiveEntry entry in from.Entries)
            {
                using Stream source = entry.Open(), target = to.CreateEntry(entry.FullName, CompressionLevel.NoCompression).Open();
                source.CopyTo(target);
            }
        }
        byte[] whole = File.ReadAllBytes(path);
        ReadOnlySpan<byte> forest = Trained.Grey.ForestBytes.Span;
        int start = whole.AsSpan().IndexOf(forest[..64]);
        for (int at = 0; at < forest.Length; at += 97)
        {
            byte[] bytes = [.. whole];
            bytes[start + at] ^= 1;
            File.WriteAllBytes(path, bytes);
            Assert.That(Refusal(path), Does.Contain("checksum of forest.ubj"), $"byte {at}");
        }
    }

    private static string Refusal(string path)
    {
        string message = Assert.Catch<FastSegException>(() => Model.Load(path))!.Message;
        Assert.That(message, Does.StartWith(path).And.Not.Contain("\n"));
        return message;
    }

    /// <summary>Writes a model with one entry edited.</summary>
    internal static void Edit(byte[] model, string path, string entry, Func<string, string> edit)
    {
        File.WriteAllBytes(path, model);
        using ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Update);
        string text;
        using (var reader = new StreamReader(zip.GetEntry(entry)!.Open()))
        {
            text = reader.ReadToEnd();
        }
        zip.GetEntry(entry)!.Delete();
        using Stream stream = zip.CreateEntry(entry).Open();
        string edited = edit(text);
        Assert.That(edited, Is.Not.EqualTo(text));
        stream.Write(Encoding.UTF8.GetBytes(edited));
    }
}
