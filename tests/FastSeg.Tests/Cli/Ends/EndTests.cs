using System.Diagnostics;
using FastSeg.Tests.Hostile;
using NUnit.Framework;

namespace FastSeg.Tests.Cli.Ends;

/// <summary>
/// Kills at any moment and disks of any size: the three outputs of a segmentation are those of the run before, or those of this one. A few
/// of each in every run of the tests, many when asked for: <c>./fastseg test --filter Category=LongEnds</c>.
/// </summary>
internal sealed class EndTests : CliFixture
{
    private static readonly string[] Outputs = ["o.tif", "o_probabilities.tif", "o_confidence.tif"];

    private byte[][] _old = [];
    private byte[][] _new = [];

    [OneTimeSetUp]
    public void MakeBothSets()
    {
        _old = Set("--region", "0,0,200,200");
        _new = Set("--region", "20,20,200,200");
    }

    [TestCase(5)]
    [TestCase(200, Explicit = true, Category = "LongEnds")]
    public void Kills(int times)
    {
        string folder = NewFolder();
        var random = new Random(times);
        var clock = Stopwatch.StartNew();
        Assert.That(ChildProcess.Run(Command(folder)).Outcome.Code, Is.Zero);
        double whole = clock.Elapsed.TotalMilliseconds;
        int old = 0, fresh = 0, parts = 0;
        for (int i = 0; i < times; i++)
        {
            Put(folder);
            using (Process process = ChildProcess.Start(ChildProcess.Dotnet, [ChildProcess.Program, .. Command(folder)]))
            {
                // Half of them near the end, where names change.
                process.WaitForExit((int)(whole * (i % 2 == 0 ? random.NextDouble() : 0.7 + (0.4 * random.NextDouble()))));
                process.Kill();
                process.WaitForExit();
            }
            int left = Count(folder, _old), made = Count(folder, _new);
            int there = Outputs.Count(name => File.Exists(Path.Combine(folder, name)));
            Assert.That(left + made, Is.EqualTo(there), $"kill {i}: a file is neither old nor new");
            Assert.That(Math.Min(left, made), Is.Zero, $"kill {i}: new files beside old ones");
            old += left == Outputs.Length ? 1 : 0;
            fresh += made == Outputs.Length ? 1 : 0;
            parts += there < Outputs.Length ? 1 : 0;
        }
        Assert.That(ChildProcess.Run(Command(folder)).Outcome.Code, Is.Zero);
        Assert.That(Directory.GetFileSystemEntries(folder), Has.Length.EqualTo(Outputs.Length), "dead runs' files are removed");
        TestContext.Out.WriteLine($"{times} kills: {old} left the old set, {fresh} the new one, {parts} a part of one set");
    }

    /// <summary>A file system in memory, which only root may mount.</summary>
    [TestCase(20)]
    [TestCase(500, Explicit = true, Category = "LongEnds")]
    public void FillLevels(int levels)
    {
        const int Room = 4 << 20;
        string folder = NewFolder();
        if (ChildProcess.Script($"mount -t tmpfs -o size={Room} none '{folder}'").Code != 0)
        {
            Assert.Ignore("needs the right to mount a small file system");
        }
        try
        {
            long needed = _old.Concat(_new).Sum(bytes => (long)bytes.Length) + (1 << 20);
            int full = 0, enough = 0;
            for (int i = 0; i < levels; i++)
            {
                File.Delete(Path.Combine(folder, "filler"));
                Put(folder);
                long free = needed * i / levels, available = new DriveInfo(folder).AvailableFreeSpace;
                using (FileStream filler = File.Create(Path.Combine(folder, "filler")))
                {
                    filler.Write(new byte[Math.Max(0, available - free)]);
                }
                Outcome outcome = ChildProcess.Run(Command(folder)).Outcome;
                Assert.That(outcome.ErrorLines, Has.Length.EqualTo(outcome.Code), $"{free} bytes free: {outcome.Error}");
                int right = Count(folder, outcome.Code == 0 ? _new : _old);
                Assert.That(right, Is.EqualTo(Outputs.Length), $"{free} bytes free: {outcome.Error}");
                Assert.That(Directory.GetFileSystemEntries(folder), Has.Length.EqualTo(Outputs.Length + 1), $"{free} bytes free");
                full += outcome.Code;
                enough += 1 - outcome.Code;
            }
            Assert.That(full, Is.GreaterThan(0));
            Assert.That(enough, Is.GreaterThan(0));
            TestContext.Out.WriteLine($"{levels} levels: {full} full, {enough} enough");
        }
        finally
        {
            ChildProcess.Script($"umount '{folder}'");
        }
    }

    private string[] Command(string folder, params string[] part) =>
    [
        "segment", Model, TestImage, "-o", Path.Combine(folder, Outputs[0]), "--probabilities", "float", "--confidence",
        .. part.Length > 0 ? part : ["--region", "20,20,200,200"],
    ];

    private byte[][] Set(params string[] part)
    {
        string folder = NewFolder();
        Assert.That(ChildProcess.Run(Command(folder, part)).Outcome.Code, Is.Zero);
        return Array.ConvertAll(Outputs, name => File.ReadAllBytes(Path.Combine(folder, name)));
    }

    private void Put(string folder)
    {
        for (int i = 0; i < Outputs.Length; i++)
        {
            File.WriteAllBytes(Path.Combine(folder, Outputs[i]), _old[i]);
        }
    }

    private static int Count(string folder, byte[][] set) => Outputs.Where((name, i) =>
        File.Exists(Path.Combine(folder, name)) && File.ReadAllBytes(Path.Combine(folder, name)).AsSpan().SequenceEqual(set[i])).Count();
}
