using System.Text.Json;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Watching;

/// <summary>Files that arrive in a watched folder, and what a watch says and keeps of them.</summary>
internal sealed class WatchTests : CliFixture
{
    private string _in = "", _out = "";

    [SetUp]
    public void MakeFolders()
    {
        string folder = NewFolder();
        (_in, _out) = (Path.Combine(folder, "in"), Path.Combine(folder, "out"));
        Directory.CreateDirectory(_in);
    }

    [Test]
    public void FilesThatAreCopiedSlowlyOrBrokenAreTakenOnceTheyStandStill()
    {
        byte[] image = File.ReadAllBytes(TestImage);
        using RunningWatch watch = Watch("--still", "0.8");
        using (FileStream slow = File.Create(In("slow.png")))
        {
            for (int part = 0; part < 5; part++)
            {
                slow.Write(image, image.Length * part / 5, (image.Length * (part + 1) / 5) - (image.Length * part / 5));
                slow.Flush();
                Assert.That(watch.Lines, Is.Empty, "it is still being written");
                Thread.Sleep(300);
            }
        }
        watch.Await(1);
        File.WriteAllBytes(In("broken.png"), image[..(image.Length / 2)]);
        File.WriteAllBytes(In("notes.txt"), image);
        File.WriteAllBytes(In(".hidden.png"), image);
        File.WriteAllBytes(In("empty.png"), []);
        watch.Await(2);
        File.WriteAllBytes(In("after.png"), image);
        watch.Await(3);
        Assert.That(watch.Files, Is.EqualTo((string[])["slow.png", "broken.png!", "after.png"]));
        Assert.That(watch.Error, Does.Contain("broken.png").And.Not.Contain("slow.png").And.Not.Contain("unexpected"));
        Assert.That(Directory.GetFiles(_out).Select(Path.GetFileName), Is.EquivalentTo((string[])["slow.tif", "after.tif"]));
        Assert.That(watch.Stop(), Is.EqualTo(130));
        AssertAsBySegment("slow");
        JsonElement[] lines = watch.Lines;
        Assert.That(lines[0].GetProperty("output").GetString(), Is.EqualTo(Path.Combine(_out, "slow.tif")));
        byte[] labels = Labels(Path.Combine(_out, "slow.tif")).Samples;
        foreach (JsonElement entry in lines[0].GetProperty("classes").EnumerateArray())
        {
            int value = entry.GetProperty("value").GetInt32();
            Assert.That(entry.GetProperty("pixels").GetInt64(), Is.EqualTo(labels.LongCount(label => label == value)));
        }
        Assert.That(lines[1].GetProperty("error").GetString(), Does.Contain("broken.png"));
    }

    [Test]
    public void ARenamedFileIsTakenAtOnceAndAnotherIsNot()
    {
        using RunningWatch watch = Watch("--still", "3600", "--pattern", "*.tif", "--pattern", "?.png");
        File.Copy(TestImage, In("b.png"));
        File.Copy(TestImage, In("a.png.part"));
        File.Copy(TestImage, In("cc.png.part"));
        File.Move(In("cc.png.part"), In("cc.png"));
        File.Move(In("a.png.part"), In("a.png"));
        watch.Await(1);
        Assert.That(watch.Files, Is.EqualTo((string[])["a.png"]));
        watch.Stop();
        AssertAsBySegment("a");
    }

    [Test]
    public void AnotherWatchGoesOnWithoutRepeating()
    {
        File.Copy(TestImage, In("a.png"));
        using (RunningWatch first = Watch())
        {
            first.Await(1);
            File.WriteAllText(In("broken.png"), "no image");
            first.Await(2);
        }
        DateTime written = File.GetLastWriteTimeUtc(Path.Combine(_out, "a.tif"));
        File.Copy(TestImage, In("b.png"));
        File.SetLastWriteTimeUtc(In("a.png"), DateTime.UtcNow.AddDays(-1));
        using (RunningWatch second = Watch())
        {
            second.Await(1);
            Assert.That(second.Files, Is.EqualTo((string[])["b.png"]));
            Assert.That(File.GetLastWriteTimeUtc(Path.Combine(_out, "a.tif")), Is.EqualTo(written), "its time alone changed");
            // The same name with other bytes is another image.
            File.Copy(TrainImage, In("a.png"), overwrite: true);
            second.Await(2);
            Assert.That(second.Files, Is.EqualTo((string[])["b.png", "a.png"]));
        }
        AssertAsBySegment("a");
    }

    [Test]
    public void TwoFilesNeverShareAResult()
    {
        File.Copy(TestImage, In("a.png"));
        using RunningWatch watch = Watch();
        watch.Await(1);
        File.Copy(TestImage, In("a.bmp"));
        watch.Await(2);
        Assert.That(watch.Files, Is.EqualTo((string[])["a.png", "a.bmp!"]));
        Assert.That(watch.Error, Does.Contain("a.bmp and a.png would both be written to"));
    }

    [Test]
    public void WhatCannotBeWrittenNowComesAgain()
    {
        using RunningWatch watch = Watch();
        RunningWatch.Until(() => Directory.Exists(_out));
        Directory.Delete(_out);
        File.Copy(TestImage, In("a.png"));
        RunningWatch.Until(() => watch.Error.Contains("The watch tries again", StringComparison.Ordinal), () => watch.Error);
        Assert.That(watch.Lines, Is.Empty);
        Directory.CreateDirectory(_out);
        watch.Await(1);
        Assert.That(watch.Files, Is.EqualTo((string[])["a.png"]));
    }

    [Test]
    public void OneWatchWritesToAFolderAtATime()
    {
        using RunningWatch watch = Watch();
        Assert.That(Fail("segment", Model, "--watch", _in, "-o", _out), Does.Contain("Another run writes to").And.Contain(_out));
    }

    [Test]
    public void AnotherModelOrOptionDoesNotGoOn()
    {
        using (RunningWatch watch = Watch())
        {
        }
        string[] again = ["segment", Model, "--watch", _in, "-o", _out];
        Assert.That(Fail([.. again, "--keep-values"]), Does.Contain("its list of options is none, not --keep-values"));
        string other = At("other.fastseg");
        Succeed(
            "train", "--image", TrainImage, "--labels", TrainLabels, "--rounds", "3", "--smooth", "none", "--no-score", "-o", other);
        Assert.That(Fail("segment", other, "--watch", _in, "-o", _out), Does.Contain("its model is"));
        Assert.That(Fail("segment", Model, "--watch", NewFolder(), "-o", _out), Does.Contain("its watched folder is"));
    }

    [Test]
    public void WhatDoesNotFitIsRefused()
    {
        string[] watch = ["segment", Model, "--watch", _in];
        Assert.That(Misuse([.. watch, "-o", _in]), Does.Contain("is inside the watched folder"));
        Assert.That(Misuse([.. watch, "-o", In("deeper/labels")]), Does.Contain("is inside the watched folder"));
        string link = At($"{Guid.NewGuid():N}");
        Directory.CreateSymbolicLink(link, _in);
        Assert.That(Misuse([.. watch, "-o", Path.Combine(link, "labels")]), Does.Contain("is inside the watched folder"));
        Assert.That(Misuse([.. watch, "-o", At("l.tif")]), Does.Contain("names one file").And.Contain("such as -o l/"));
        Assert.That(Misuse([.. watch, "-o", At("l.ome.zarr")]), Does.Contain("names one file"));
        Assert.That(Misuse([.. watch, TestImage, "-o", _out]), Does.Contain("leave out").And.Contain(TestImage));
        Assert.That(Misuse([.. watch, "--into-input"]), Does.Contain("name it by -o"));
        Assert.That(Misuse([.. watch, "-o", _out, "--report", At("r.json")]), Does.Contain("--report"));
        foreach (string wrong in (string[])["", "in/*.tif", "*.{tif,png}", "[ab].tif", "..", "a\nb"])
        {
            Assert.That(Misuse([.. watch, "-o", _out, "--pattern", wrong]), Does.Contain("--pattern").And.Contain("\"*.tif\""));
        }
        Assert.That(Misuse([.. watch, "-o", _out, "--still", "0"]), Does.Contain("--still 0"));
        Assert.That(Fail("segment", Model, "--watch", At("gone"), "-o", _out), Does.Contain("gone"));
        Assert.That(Fail("segment", Model, "--watch", TestImage, "-o", _out), Does.Contain(TestImage));
        Assert.That(Directory.Exists(_out), Is.False, "nothing was made");
    }

    private RunningWatch Watch(params string[] more) =>
        new(
        [
            "segment", Model, "--watch", _in, "-o", $"{_out}/", .. more.Contains("--still") ? [] : (string[])["--still", "0.1"], .. more,
        ]);

    private string In(string name) => Path.Combine(_in, name);

    /// <summary>A result of the watch is that of a run by itself, byte for byte.</summary>
    private void AssertAsBySegment(string stem)
    {
        string alone = Path.Combine(NewFolder(), $"{stem}.tif");
        Succeed("segment", Model, In($"{stem}.png"), "-o", alone);
        Assert.That(File.ReadAllBytes(Path.Combine(_out, $"{stem}.tif")), Is.EqualTo(File.ReadAllBytes(alone)));
    }
}
