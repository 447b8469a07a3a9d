using FastSeg.Tests.Images;
using FastSeg.Tests.Images.Zarr;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Resuming;

/// <summary>Blocks, in any order and perhaps at once, make the bytes of one run, and are put together when all are there.</summary>
[TestFixture("0.4", "none")]
[TestFixture("0.5", "none")]
[TestFixture("0.4", "safe")]
internal sealed class BlockTests(string version, string smooth) : CliFixture
{
    private const int Width = 700, Height = 520;

    private string _image = "";
    private string[] _expected = [];
    private string _areas = "";

    [OneTimeSetUp]
    public void SegmentAsAWhole()
    {
        _image = At("image.tif");
        Write(_image, SampleType.UInt8, Width, Height, Scratch.Samples(Width, Height, 1, SampleType.UInt8));
        string folder = NewFolder();
        string output = Done(Command(folder));
        _areas = string.Join('\n', output.Split('\n').Where(line => line.EndsWith(" px", StringComparison.Ordinal)));
        _expected = ZarrWriterTests.Hashes(folder);
    }

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(200)]
    public void BlocksMakeTheBytesOfOneRun(int count)
    {
        string folder = NewFolder(), output = Path.Combine(folder, "o.ome.zarr");
        Prepare(folder);
        int[] order = [.. Enumerable.Range(1, count)];
        new Random(count).Shuffle(order);
        int few = Math.Min(count, 12);
        foreach (int block in order.Take(few))
        {
            Assert.That(
                Done([.. Command(folder), "--block", $"{block}/{count}"]),
                Does.Contain($"when all blocks are done: fastseg finish {output}"));
        }
        if (few < count)
        {
            // An image of 11 x 9 chunks, or shards: most blocks of 200 have one or none.
            int[] missing = [.. order.Skip(few).Where(i => i * 99 / count > (i - 1) * 99 / count).Order()];
            Assert.That(
                Fail("finish", output),
                Does.Contain($"{output}: of {count} blocks, {string.Join(", ", missing)} are not finished; run them again."));
            return;
        }
        string finished = Done("finish", output);
        Assert.That(ZarrWriterTests.Hashes(folder), Is.EqualTo(_expected));
        Assert.That(Directory.GetFileSystemEntries(folder), Has.Length.EqualTo(2), "labels and probabilities alone");
        Assert.That(finished, Does.Contain(_areas));
        Assert.That(Done("finish", output), Does.Contain("is finished already"));
    }

    /// <summary>Safe smoothing's areas, looked for by several processes, are those that one finds.</summary>
    [Test]
    public void SharesOfAreasMakeTheBytesOfOneRun()
    {
        string folder = NewFolder(), output = Path.Combine(folder, "o.ome.zarr");
        string[] Share(int number) => [.. Command(folder), "--prepare", "--block", $"{number}/3"];
        if (smooth != "safe")
        {
            Assert.That(Done(Share(2)), Does.Contain("nothing more of the whole image is needed"));
            Assert.That(Directory.GetFileSystemEntries(folder), Is.Empty);
            return;
        }
        Assert.That(
            Fail(Share(1)),
            Does.Contain("areas 1 of 3 needs mean and deviation of the whole image; `fastseg segment .. --prepare-samples` takes them"));
        Done([.. Command(folder), "--prepare-samples"]);
        void NeedsAreas() => Assert.That(
            Fail([.. Command(folder), "--block", "1/2"]), Does.Contain("block 1 of 2 needs the areas of the classes"));
        foreach (int number in (int[])[3, 1])
        {
            NeedsAreas();
            Assert.That(Done(Share(number)), Does.Contain("o.ome.zarr: prepared"));
            Assert.That(Done(Share(number)), Does.Contain("nothing more of the whole image is needed"), "a second time");
        }
        Assert.That(Fail([.. Command(folder), "--prepare", "--block", "1/2"]), Does.Contain("was begun in 3 blocks, not in 2"));
        // A share that was changed behind its journal is missing.
        string part = Directory.GetFiles(Path.Combine(folder, ".o.ome.zarr.fastseg-run"), "areas-1-of-3.*.part")[0];
        byte[] bytes = File.ReadAllBytes(part);
        File.WriteAllBytes(part, [.. bytes[..^1], (byte)(bytes[^1] ^ 1)]);
        Assert.That(Done(Share(2)), Does.Contain("o.ome.zarr: prepared"));
        NeedsAreas();
        Assert.That(Done(Share(1)), Does.Contain("o.ome.zarr: prepared"));
        Assert.That(
            Fail([.. Command(folder), "--block", "1/2", "--memory", "1MiB"]),
            Does.Contain("--memory 1MiB is not enough to put the shares of the areas together; the least that would do is "));
        Done([.. Command(folder), "--block", "1/2"]);
        Done([.. Command(folder), "--block", "2/2"]);
        Done("finish", output);
        Assert.That(ZarrWriterTests.Hashes(folder), Is.EqualTo(_expected));
    }

    [Test]
    public void MissingAndForeignBlocksAreNamed()
    {
        string folder = NewFolder(), output = Path.Combine(folder, "o.ome.zarr"), hidden = Path.Combine(folder, ".o.ome.zarr.fastseg-run");
        Assert.That(Fail("finish", output), Does.Contain($"{output}: no run is there to be finished"));
        if (smooth == "safe")
        {
            Assert.That(
                Fail([.. Command(folder), "--block", "1/2"]),
                Does.Contain("block 1 of 2 needs the areas of the classes of the whole image; `fastseg segment .. --prepare` looks at it"));
        }
        Prepare(folder);
        Done([.. Command(folder), "--block", "2/2"]);
        Assert.That(Fail([.. Command(folder), "--block", "2/2"]), Does.Contain("a run that did not finish left "));
        Done([.. Command(folder), "--block", "2/2", "--resume"]);
        Assert.That(Fail([.. Command(folder), "--block", "1/3"]), Does.Contain("was begun in 2 blocks, not in 3; "));
        Assert.That(Fail([.. Command(folder), "--resume"]), Does.Contain("was begun in 2 blocks, not as a whole; "));
        Assert.That(
            Fail([.. Command(folder), "--keep-values", "--block", "1/2"]),
            Does.Contain("is of another run: its label values is 1..C, not "));
        Assert.That(Fail("finish", output), Does.Contain($"{output}: of 2 blocks, 1 is not finished; run them again."));
        File.WriteAllText(Path.Combine(hidden, "block-1-of-2.lock"), "elsewhere\nboot\n77\n123\n2026-01-01T00:00:00Z\n");
        Assert.That(Fail("finish", output), Does.Contain("block 1 of 2 is being written by process 77 on elsewhere"));
        Assert.That(Fail("clean", output), Does.Contain("block 1 of 2 is being written by process 77 on elsewhere"));
        Assert.That(
            Fail([.. Command(folder), "--block", "1/2"]), Does.Contain("block 1 of 2 is being written by process 77 on elsewhere"));
        File.Delete(Path.Combine(hidden, "block-1-of-2.lock"));
        Done([.. Command(folder), "--block", "1/2"]);
        // A chunk that was changed behind the journal is missing.
        string chunk = Directory.GetFiles(Path.Combine(hidden, "data", "0"), "0", SearchOption.AllDirectories)[0];
        byte[] bytes = File.ReadAllBytes(chunk);
        bytes[^1] ^= 1;
        File.WriteAllBytes(chunk, bytes);
        Assert.That(Fail("finish", output), Does.Contain("of 2 blocks, 1 is not finished"));
        Done([.. Command(folder), "--block", "1/2", "--resume"]);
        Done("finish", output);
        Assert.That(ZarrWriterTests.Hashes(folder), Is.EqualTo(_expected));
    }

    [Test]
    public void OnlyOmeZarrsAreWrittenInBlocks()
    {
        Assert.That(
            Misuse("segment", Model, _image, "-o", At("o.tif"), "--block", "1/2"), Does.Contain("only an OME-Zarr is written in blocks"));
        Assert.That(
            Misuse("segment", Model, _image, "-o", At("o.png"), "--resume"), Does.Contain("--resume goes on with TIFF and OME-Zarr"));
        Assert.That(
            Misuse("segment", Model, _image, "-o", At("o.ome.zarr"), "--block", "3/2"),
            Does.Contain("--block 3/2 is no share; give I/N, such as 3/8 for the third of eight."));
    }

    private void Prepare(string folder) => Assert.That(
        Done([.. Command(folder), "--prepare"]), Does.Contain("o.ome.zarr: "));

    private string[] Command(string folder) =>
    [
        "segment", Model, _image, "-o", Path.Combine(folder, "o.ome.zarr"), "--probabilities", "uint8", "--smooth", smooth,
        "--ome-zarr", version, "--chunk", version == "0.5" ? "16" : "64",
    ];
}
