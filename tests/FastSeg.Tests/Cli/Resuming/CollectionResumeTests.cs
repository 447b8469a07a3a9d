using System.Xml.Linq;
using FastSeg.Files.Runs;
using FastSeg.Resuming;
using FastSeg.Tests.Images;
using FastSeg.Tests.Images.Zarr;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Resuming;

/// <summary>Runs of several images into one store are gone on with, and shared in blocks over all images.</summary>
internal sealed class CollectionResumeTests : CliFixture
{
    private string[] _images = [];

    [OneTimeSetUp]
    public void WriteImages()
    {
        string folder = NewFolder(), slices = Path.Combine(folder, "slices");
        Directory.CreateDirectory(slices);
        _images = [Path.Combine(folder, "small.tif"), slices, Path.Combine(folder, "large.tif")];
        WriteNoise(_images[0], 130, 100, 1);
        WriteNoise(Path.Combine(slices, "0.tif"), 140, 70, 2);
        WriteNoise(Path.Combine(slices, "1.tif"), 140, 70, 3);
        WriteNoise(_images[2], 300, 200, 4);
    }

    [Test]
    public void ARunOfSeveralImagesGoesOnToTheSameBytes()
    {
        string[] command = ["segment", Model, .. _images, "--probabilities", "uint8", "--chunk", "64"];
        // The journal of the last image does not fit.
        var run = new LeftRun(NewFolder(), "all.ome.zarr", 3_500, command);
        Assert.That(run.Failure.Output, Does.Contain("small.tif  130 x 100").And.Contain("slices  140 x 70 x 2"));
        Assert.That(run.Failure.Error, Does.Contain($"what is finished stays in {run.Hidden("left")}, and --resume goes on with it."));
        string copy = run.Copy();
        Assert.That(
            Fail(run.Command(copy)), Does.Contain($"{run.Output(copy)}: a run that did not finish left {run.Hidden(copy)}; --resume "));
        Assert.That(
            Fail([.. run.Command(copy).Where(part => part != _images[1]), "--resume"]),
            Does.Contain("is of another run: its number of images is 3, not 2; "));
        Outcome swapped = CommandLine.Run([.. run.Command(copy).Select(part => part == _images[0] ? _images[2] : part), "--resume"]);
        Assert.That(swapped.Code, Is.EqualTo(1));
        Assert.That(swapped.Error, Does.Contain("is of another run: its image is 130 x 100 x 1 uint8"));
        copy = run.Copy();
        string output = Done([.. run.Command(copy), "--resume"]);
        Assert.That(output, Does.Contain("small.tif  is finished already").And.Contain("slices  is finished already"));
        Assert.That(output, Does.Contain("parts that an earlier start had finished were taken over"));
        run.AssertWhole(copy);
        output = Done([.. run.Command(copy), "--resume"]);
        Assert.That(output.Split("is finished already"), Has.Length.EqualTo(4), "nothing is done again");
        run.AssertWhole(copy);
        Outcome other = CommandLine.Run([.. run.Command(copy), "--resume", "--keep-values"]);
        Assert.That(other.Code, Is.EqualTo(1));
        Assert.That(other.Error, Does.Contain("is there already, and is of another run: its label values is 1..C, not those that "));
    }

    [TestCase("0.4", "none", 5)]
    [TestCase("0.5", "safe", 3)]
    public void BlocksOverAllImagesMakeTheBytesOfOneRun(string version, string smooth, int count)
    {
        string whole = NewFolder(), parts = NewFolder(), output = Path.Combine(parts, "o.ome.zarr");
        string[] Command(string folder) =>
        [
            "segment", Model, .. _images, "-o", Path.Combine(folder, "o.ome.zarr"), "--probabilities", "uint8", "--confidence", "--smooth",
            smooth, "--ome-zarr", version, "--chunk", version == "0.5" ? "16" : "64",
        ];
        string[] areas = Areas(Done(Command(whole)));
        string first = smooth == "safe" ? "--prepare-samples" : "--prepare";
        Assert.That(Done([.. Command(parts), first]), Does.Contain($"{output}/0: prepared").And.Contain($"{output}/1: nothing more"));
        for (int share = 1; share <= 2 && smooth == "safe"; share++)
        {
            Done([.. Command(parts), "--prepare", "--block", $"{share}/2"]);
        }
        Assert.That(BlockProgress.Of(output, count).IsPrepared, Is.True);
        int[] order = [.. Enumerable.Range(1, count)];
        new Random(count).Shuffle(order);
        foreach (int block in order)
        {
            string missing = Fail("finish", output);
            Assert.That(
                missing, block == order[0] ? Does.Contain("no block of the run in ")
                    : Does.Contain($"of {count} blocks, ").And.Contain("not finished; run them again."));
            Assert.That(BlockProgress.Of(output, count).IsDone(block), Is.False);
            Assert.That(Done([.. Command(parts), "--block", $"{block}/{count}"]), Does.Contain($"fastseg finish {output}\n"));
            Assert.That(BlockProgress.Of(output, count).IsDone(block), Is.True);
            Assert.That(Fail([.. Command(parts), "--block", $"1/{count + 1}"]), Does.Contain($"was begun in {count} blocks, not in "));
        }
        string[] swapped = [.. Command(parts).Select(part => part == _images[0] ? _images[2] : part == _images[2] ? _images[0] : part)];
        Assert.That(Fail([.. swapped, "--block", $"1/{count}", "--resume"]), Does.Contain("its images have other sizes, or another order"));
        string hidden = RunFolder.Places(output).Hidden, held = Path.Combine(hidden, $"block-1-of-{count}.lock");
        File.WriteAllText(held, "elsewhere\nboot\n77\n123\n2026-01-01T00:00:00Z\n");
        Assert.That(Fail("finish", output), Does.Contain($"block 1 of {count} is being written by process 77 on elsewhere"));
        Assert.That(Fail("clean", output), Does.Contain($"block 1 of {count} is being written by process 77 on elsewhere"));
        File.Delete(held);
        string finished = Done("finish", output);
        Assert.That(ZarrWriterTests.Hashes(parts), Is.EqualTo(ZarrWriterTests.Hashes(whole)));
        Assert.That(Directory.GetFileSystemEntries(parts), Has.Length.EqualTo(3), "labels, probabilities and confidence alone");
        XName[] sizes = ["SizeX", "SizeY", "SizeZ"];
        Assert.That(
            XElement.Load(Path.Combine(output, "OME", "METADATA.ome.xml")).Descendants().Where(one => one.Name.LocalName == "Pixels")
                .Select(pixels => string.Join(' ', sizes.Select(size => pixels.Attribute(size)?.Value))),
            Is.EqualTo((string[])["130 100 1", "140 70 2", "300 200 1"]));
        Assert.That(Areas(finished), Is.EqualTo(areas).And.Not.Empty);
        Assert.That(Areas(Done("finish", output)), Is.EqualTo(areas), "a second time");
    }

    /// <summary>A finishing run that was killed when an image had its name and the next had not.</summary>
    [Test]
    public void FinishingGoesOn()
    {
        string whole = NewFolder(), parts = NewFolder(), output = Path.Combine(parts, "o.ome.zarr");
        string[] Command(string folder) => ["segment", Model, .. _images, "-o", Path.Combine(folder, "o.ome.zarr"), "--chunk", "64"];
        Done(Command(whole));
        Done([.. Command(parts), "--prepare"]);
        Done([.. Command(parts), "--block", "1/1"]);
        string hidden = RunFolder.Places(output).Hidden, first = Path.Combine(hidden, "data", "0");
        using (BlockFinish? one = BlockFinish.Open(first, _ => ""))
        {
            one!.Run(new ComputeOptions());
        }
        Assert.That(Directory.Exists(first), Is.True);
        Done("finish", output);
        Assert.That(ZarrWriterTests.Hashes(parts), Is.EqualTo(ZarrWriterTests.Hashes(whole)));
    }

    /// <summary>A run that was killed when one store had its name and the other had not.</summary>
    [Test]
    public void StoresGetTheirNamesLater()
    {
        string folder = NewFolder(), output = Path.Combine(folder, "o.ome.zarr"), hidden = RunFolder.Places(output).Hidden;
        string[] command = ["segment", Model, .. _images, "-o", output, "--chunk", "64", "--probabilities", "uint8"];
        RunIdentity run = IdentityOf(command, output);
        Done(command);
        string[] expected = ZarrWriterTests.Hashes(folder);
        TakeASecondName(output, run);
        Done([.. command, "--resume"]);
        Assert.That(ZarrWriterTests.Hashes(folder), Is.EqualTo(expected));
        Assert.That(Directory.Exists(hidden), Is.False);
    }

    /// <summary>The same where an image had failed: it is in none of the stores, though it would do now.</summary>
    [Test]
    public void StoresGetTheirNamesLaterWithoutAnImageThatFailed()
    {
        string folder = NewFolder(), output = Path.Combine(folder, "o.ome.zarr"), mended = Path.Combine(NewFolder(), "mended.tif");
        string[] command = ["segment", Model, _images[0], mended, _images[2], "-o", output, "--chunk", "64", "--probabilities", "uint8"];
        File.Copy(_images[2], mended);
        RunIdentity run = IdentityOf(command, output);
        File.WriteAllText(mended, "no image");
        Assert.That(CommandLine.Run(command).Code, Is.EqualTo(1));
        string[] expected = ZarrWriterTests.Hashes(folder);
        TakeASecondName(output, run);
        File.Copy(_images[2], mended, overwrite: true);
        Outcome outcome = CommandLine.Run([.. command, "--resume"]);
        Assert.That(outcome.Code, Is.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain($"{output} is there already, and this image is not in it"));
        Assert.That(ZarrWriterTests.Hashes(folder), Is.EqualTo(expected));
        Assert.That(Directory.GetFileSystemEntries(folder), Has.Length.EqualTo(2), "labels and probabilities alone");
    }

    /// <summary>Where a share fails in one image, what stays is said once, of the run of all images.</summary>
    [Test]
    public void AShareOfTheAreasThatFailsSaysOnceWhatStays()
    {
        string output = Path.Combine(NewFolder(), "o.ome.zarr"), hidden = RunFolder.Places(output).Hidden;
        string[] command = ["segment", Model, _images[0], _images[2], "-o", output, "--smooth", "safe"];
        string[] share = [.. command, "--prepare", "--block", "1/1"];
        Done([.. command, "--prepare-samples"]);
        Done(share);
        // A row of the second image lacks its name and cannot get it.
        string part = Directory.GetFiles(Path.Combine(hidden, "data", ".1.fastseg-run"), "*.part")[0];
        File.Delete(part);
        Directory.CreateDirectory(part);
        Outcome outcome = CommandLine.Run(share);
        Assert.That(outcome.Code, Is.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain($"{output}: what is finished stays in {hidden}, and --resume goes on with it.\n"));
        Assert.That(outcome.Error.Split("what is finished stays in"), Has.Length.EqualTo(2), outcome.Error);
    }

    [Test]
    public void SharesOfImagesFollowOneAnother()
    {
        var images = new RunImages([6, 1, 20], [1, 1, 1], ["o.ome.zarr"], "0.4");
        const int All = 27;
        foreach (int count in (int[])[1, 2, 5, 27, 40])
        {
            for (int number = 1; number <= count; number++)
            {
                long from = (number - 1) * All / count, to = number * All / count, before = 0;
                for (int image = 0; image < 3; before += images.Units[image++])
                {
                    RunBlock block = images.Of(new RunBlock(number, count), image);
                    (long first, long end) = block.Share(images.Units[image]);
                    long[] units = [.. Enumerable.Range((int)first, (int)(end - first)).Select(unit => unit + before)];
                    long[] wanted = [.. Enumerable.Range(0, (int)images.Units[image]).Select(unit => unit + before)
                        .Where(unit => unit >= from && unit < to)];
                    Assert.That(units, Is.EqualTo(wanted), $"{block} of image {image}");
                    Assert.That(block.HasNone(images.Units[image]), Is.EqualTo(wanted.Length == 0));
                }
            }
        }
    }

    /// <summary>What the run of a command is, which is seen while it is prepared.</summary>
    private static RunIdentity IdentityOf(string[] command, string output)
    {
        Done([.. command, "--prepare"]);
        RunIdentity run = JournalContent.Read(Path.Combine(RunFolder.Places(output).Hidden, RunStart.Prepared))!.Run;
        Done("clean", output);
        return run;
    }

    /// <summary>Makes of a finished run one that was killed when the labels had their name and the probabilities had not.</summary>
    private static void TakeASecondName(string output, RunIdentity run)
    {
        string hidden = RunFolder.Places(output).Hidden, folder = Path.GetDirectoryName(output)!;
        Directory.CreateDirectory(hidden);
        Directory.Move(Path.Combine(folder, "o_probabilities.ome.zarr"), Path.Combine(hidden, "data2"));
        using var journal = new RunJournal(Path.Combine(hidden, RunStart.Whole), run);
        journal.Add(new RunUnit("finished", 0, 0));
    }

    private static void WriteNoise(string path, int width, int height, int seed) =>
        Write(path, SampleType.UInt8, width, height, Scratch.Samples(width, height, 1, SampleType.UInt8, seed: seed));

    private static string[] Areas(string output) =>
        [.. output.Split('\n').Where(line => line.EndsWith(" px", StringComparison.Ordinal))];
}
