using System.Text.Json;
using FastSeg.Tests.Cli;
using FastSeg.Tests.Shipping;
using NUnit.Framework;

namespace FastSeg.Tests.Images.Zarr;

/// <summary>What others read in our stores: zarr-python version 0.4, zarrita both.</summary>
internal sealed class ZarrPeerTests
{
    private const string Python = "/usr/bin/python3";

    [Test]
    public void ZarrPythonReadsOurs()
    {
        if (!File.Exists(Python) || new Shell(TestData.Root).Run(Python, "-c", "import zarr").Code != 0)
        {
            Assert.Ignore("needs python3-zarr");
        }
        Compare("0.4", (store, to) => new Shell(TestData.Root).Run(Python, TestData.File("tests", "zarr", "read.py"), store, to));
    }

    [TestCase("0.4")]
    [TestCase("0.5")]
    public void ZarritaReadsOurs(string version)
    {
        string folder = TestData.File("tests", "zarr");
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "zarrita")))
        {
            Assert.Ignore("needs the npm package zarrita in tests/zarr");
        }
        Compare(version, (store, to) => new Shell(folder).Run("node", "read.mjs", store, to));
    }

    /// <summary>Labels and probabilities of several sizes and shards; edges are no whole chunks.</summary>
    private static void Compare(string version, Func<string, string, Outcome> read)
    {
        using var scratch = new Scratch();
        var options = new OmeZarrOptions { Chunk = 32, Version = version };
        ImageLayout labels = ZarrWriterTests.Labels(301, 177) with { Levels = [(301, 177), (151, 89), (76, 45)] };
        ZarrWriterTests.Write(scratch["l.ome.zarr"], labels, ZarrWriterTests.Few(labels), options, 2);
        var pages = new ImageLayout(70, 50, SampleType.Float32, 3) { Levels = [(70, 50), (35, 25)], PageNames = ["a", "b", "c"] };
        byte[] samples = [.. Enumerable.Range(0, 3).SelectMany(page => Scratch.Samples(70, 50, 1, SampleType.Float32, page))];
        ZarrWriterTests.Write(scratch["p.ome.zarr"], pages, samples, options, 2);
        foreach (string name in (string[])["l", "p"])
        {
            string store = scratch[$"{name}.ome.zarr"], to = scratch[name];
            Directory.CreateDirectory(to);
            Outcome outcome = read(store, to);
            Assert.That(outcome.Code, Is.Zero, outcome.Error);
            JsonElement[] levels = [.. JsonDocument.Parse(File.ReadAllBytes(Path.Combine(to, "levels.json"))).RootElement.EnumerateArray()];
            Assert.That(levels, Has.Length.EqualTo(name == "l" ? 3 : 2));
            for (int level = 0; level < levels.Length; level++)
            {
                using ImageReader reader = ImageFile.Open(store, new ImageOptions { Level = level });
                byte[] ours = Planes(reader), theirs = File.ReadAllBytes(Path.Combine(to, $"{level}.raw"));
                Assert.That(theirs, Is.EqualTo(ours), $"{name}, level {level}");
                Assert.That(level > 0 || theirs.AsSpan().SequenceEqual(name == "l" ? ZarrWriterTests.Few(labels) : samples));
            }
        }
    }

    /// <summary>Samples channel by channel, as an array of c, y and x has them.</summary>
    private static byte[] Planes(ImageReader reader)
    {
        byte[] mixed = Scratch.ReadAll(reader), planes = new byte[mixed.Length];
        int sample = reader.Info.Type.Bytes(), channels = reader.Info.Channels, pixels = mixed.Length / sample / channels;
        for (int i = 0; i < pixels * channels; i++)
        {
            mixed.AsSpan(i * sample, sample).CopyTo(planes.AsSpan((((i % channels) * pixels) + (i / channels)) * sample));
        }
        return planes;
    }
}
