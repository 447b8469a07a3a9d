using FastSeg.Studio.Exports;
using FastSeg.Studio.Projects;
using FastSeg.Studio.Tests.Projects;
using FastSeg.Tests;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Exports;

/// <summary>"Segment all": every page, with the model of all labels, into files.</summary>
[TestFixture]
internal sealed class SegmentAllTests
{
    private readonly List<JobState> _told = [];

    [Test]
    public void EveryPageIsSegmentedWithTheExportedModelAndCounted()
    {
        using var drawn = new DrawnProject();
        string folder = Path.Combine(drawn.Project.Folder, "segmentations");
        string said = new SegmentAll(drawn.Project, null, new ComputeOptions(), probabilities: true).Run(Job(CancellationToken.None));
        Assert.That(said, Is.EqualTo($"4 pages are segmented in {folder}."));
        string[] stems = ["a", "stack", "stack_page2", "a_i3"];
        Assert.That(Directory.GetFiles(folder).Select(Path.GetFileName), Is.EquivalentTo(
            stems.Select(stem => $"{stem}.tif").Concat(stems.Select(stem => $"{stem}_probabilities.tif"))
                .Append("model.fastseg").Append("fractions.csv")));
        var segmenter = new Segmenter(Model.Load(Path.Combine(folder, "model.fastseg")));
        using ImageReader page = ImageFile.Open(drawn.Project.Images[1].PagePath(2));
        LabelMap wanted = segmenter.Segment(page);
        byte[] labels = Read(Path.Combine(folder, "stack_page2.tif"));
        Assert.That(labels, Is.EqualTo(wanted.Labels.Select(label => wanted.Classes[label - 1].Value)));
        string[] rows = File.ReadAllLines(Path.Combine(folder, "fractions.csv"));
        Assert.That(rows, Has.Length.EqualTo(1 + (4 * 3)));
        long pores = labels.LongCount(label => label == 3);
        FormattableString row = $"stack.tif,2,3,it's a pore,{pores},{pores / 10800.0},{drawn.Project.Version}";
        Assert.That(rows, Does.Contain(FormattableString.Invariant(row)));
        Assert.That(_told[^1] is { Done: 4, Total: 4 }, Is.True);
    }

    [TestCase("png", "tif")]
    [TestCase("ome.zarr", "ome.zarr")]
    public void OtherFormatsHoldTheSameLabels(string format, string probabilities)
    {
        using var drawn = new DrawnProject();
        string tiffs = Path.Combine(drawn.Root, "tiffs"), others = Path.Combine(drawn.Root, "others");
        Run(drawn, tiffs);
        Run(drawn, others, format);
        foreach (string stem in (string[])["a", "stack", "stack_page2", "a_i3"])
        {
            Assert.That(Read(Path.Combine(others, $"{stem}.{format}")), Is.EqualTo(Read(Path.Combine(tiffs, $"{stem}.tif"))), stem);
            Assert.That(Path.Exists(Path.Combine(others, $"{stem}_probabilities.{probabilities}")), stem);
        }
    }

    [Test]
    public void AStoreInTheProjectIsReplacedAndOneElsewhereIsNot()
    {
        using var drawn = new DrawnProject();
        Run(drawn, null, "ome.zarr");
        string folder = Path.Combine(drawn.Project.Folder, "segmentations"), store = Path.Combine(folder, "a.ome.zarr");
        byte[] first = Read(store);
        File.WriteAllText(Path.Combine(store, "note"), "of the run before");
        drawn.Project.Apply(new Operation.Stroke
        {
            Id = drawn.NewId(),
            Image = "i1",
            Class = 1,
            Radius = 160,
            Points = [200, 200, 900, 700],
        });
        Run(drawn, null, "ome.zarr");
        Assert.That(Read(store), Is.Not.EqualTo(first));
        Assert.That(File.Exists(Path.Combine(store, "note")), Is.False);
        Assert.That(Directory.GetFileSystemEntries(folder, ".*"), Is.Empty, "nothing is left aside");
        string elsewhere = Path.Combine(drawn.Root, "elsewhere");
        Run(drawn, elsewhere, "ome.zarr");
        Assert.That(
            () => Run(drawn, elsewhere, "ome.zarr"), Throws.TypeOf<FastSegException>().With.Message.Contains("is there already"));
    }

    [Test]
    public void WhatAKilledStudioLeftIsPutBack()
    {
        using var folder = new TemporaryFolder();
        var swap = new StoreSwap(folder.Path, "p");
        string store = folder.File("a.ome.zarr");
        Make(store, "old");
        Make(swap.Place(store), "new");
        // Killed before the swap: the old one is there, and the half new one goes.
        swap.Recover();
        Assert.That(File.ReadAllText(Path.Combine(store, "mark")), Is.EqualTo("old"));
        // Killed between the two moves: the old one comes back.
        Make(swap.Place(store), "new");
        Directory.Move(store, swap.Place(store) + ".old");
        swap.Recover();
        Assert.That(File.ReadAllText(Path.Combine(store, "mark")), Is.EqualTo("old"));
        // Killed before the old one was removed.
        Make(swap.Place(store) + ".old", "older");
        swap.Recover();
        Assert.That(File.ReadAllText(Path.Combine(store, "mark")), Is.EqualTo("old"));
        Make(swap.Place(store), "new");
        swap.Take(store);
        swap.Recover();
        Assert.That(File.ReadAllText(Path.Combine(store, "mark")), Is.EqualTo("new"));
        Assert.That(Directory.GetFileSystemEntries(folder.Path), Is.EqualTo(new[] { store }));

        static void Make(string path, string mark)
        {
            Directory.CreateDirectory(path);
            File.WriteAllText(Path.Combine(path, "mark"), mark);
        }
    }

    [Test]
    public void ProbabilitiesDoNotTakeTheNameOfAnImagesLabels()
    {
        using var folder = new TemporaryFolder();
        string[] files = [folder.File("a.png"), folder.File("a_probabilities.png")];
        Array.ForEach(files, file => TestProject.WriteImage(file, 90, 80));
        using Project project = Project.Open(folder.File("p"), new ProjectSeed { Images = files });
        foreach (int label in (int[])[1, 2])
        {
            long[] points = [200, 300L * label, 900, 300L * label];
            project.Apply(new Operation.Stroke { Id = $"s{label}", Image = "i1", Class = (byte)label, Radius = 48, Points = points });
        }
        new SegmentAll(project, folder.File("out"), new ComputeOptions(), probabilities: true).Run(Job(CancellationToken.None));
        Assert.That(
            Directory.GetFiles(folder.File("out"), "*.tif").Select(Path.GetFileName).Order(StringComparer.Ordinal), Is.EqualTo(
                new[] { "a.tif", "a_probabilities.tif", "a_probabilities_.tif", "a_probabilities_probabilities.tif" }));
        using ImageReader labels = ImageFile.Open(Path.Combine(folder.File("out"), "a_probabilities.tif"));
        Assert.That(labels.Info.Pages, Is.EqualTo(1), "the labels of the image of that name");
    }

    [Test]
    public void WhatIsDrawnMeanwhileIsNotInTheResultsWhichSayOfWhichVersionTheyAre()
    {
        using var drawn = new DrawnProject();
        long version = drawn.Project.Version;
        bool drew = false;
        var job = new JobRun(
            change =>
            {
                if (!drew && change(new JobState("j", "k", "running")).Text.StartsWith("segmenting", StringComparison.Ordinal))
                {
                    drew = true;
                    drawn.Project.Apply(new Operation.Clear { Id = drawn.NewId(), Image = "i1" });
                }
            },
            CancellationToken.None);
        string said = new SegmentAll(drawn.Project, null, new ComputeOptions(), probabilities: false).Run(job);
        Assert.That(said, Does.EndWith($". The project has changed since: these are results of its version {version}."));
        string table = File.ReadAllText(Path.Combine(drawn.Project.Folder, "segmentations", "fractions.csv"));
        Assert.That(FractionTable.VersionOf(table), Is.EqualTo(version));
    }

    [TestCase("image,page,value,class,pixels,fraction,version\r\n", null, TestName = "NoPageWasSegmented")]
    [TestCase("image,page,value,class,pixels,fraction\r\na.png,1,1,x,9,1\r\n", null, TestName = "AnOlderTableSaysNoVersion")]
    [TestCase("image,page,value,class,pixels,fraction,version\r\n\"a,\n.png\",1,1,x,9,1,7\r\n", 7L, TestName = "ATableSaysItsVersion")]
    public void TheVersionOfATable(string table, long? version) => Assert.That(FractionTable.VersionOf(table), Is.EqualTo(version));

    [Test]
    public void APageThatFailsIsNamedAndTheOthersAreDone()
    {
        using var drawn = new DrawnProject();
        string stack = drawn.Project.Images[1].Path;
        drawn.Project.Apply(new Operation.Clear { Id = drawn.NewId(), Image = "i2", Page = 2 });
        // The file is damaged while the project is open.
        File.WriteAllBytes(stack, File.ReadAllBytes(stack)[..2000]);
        string said = new SegmentAll(drawn.Project, null, new ComputeOptions(), probabilities: false).Run(Job(CancellationToken.None));
        Assert.That(said, Does.Match("^2 pages are segmented in .*segmentations. 2 failed: .*stack.tif"));
    }

    [Test]
    public void ACancelledJobLeavesNoHalfFile()
    {
        using var drawn = new DrawnProject();
        using var stop = new CancellationTokenSource();
        var job = new JobRun(
            change =>
            {
                JobState state = change(new JobState("j", "k", "running"));
                if (state.Text.StartsWith("segmenting stack", StringComparison.Ordinal))
                {
                    stop.Cancel();
                }
            },
            stop.Token);
        var all = new SegmentAll(drawn.Project, null, new ComputeOptions(), probabilities: false);
        Assert.That(() => all.Run(job), Throws.InstanceOf<OperationCanceledException>());
        string folder = Path.Combine(drawn.Project.Folder, "segmentations");
        Assert.That(Directory.GetFiles(folder).Select(Path.GetFileName), Is.EquivalentTo(new[] { "model.fastseg", "a.tif" }));
    }

    [Test]
    public void AResultNeverReplacesAnImageNotEvenThroughALink()
    {
        using var drawn = new DrawnProject();
        string images = Path.GetDirectoryName(drawn.Project.Images[1].Path)!, link = Path.Combine(drawn.Root, "results");
        string refused = "stack.tif is an image of the project";
        Assert.That(() => Run(drawn, images), Throws.TypeOf<FastSegException>().With.Message.Contains(refused));
        Directory.CreateSymbolicLink(link, images);
        Assert.That(() => Run(drawn, link), Throws.TypeOf<FastSegException>().With.Message.Contains(refused));
        // The project's own folder is none where it is a link.
        Directory.CreateSymbolicLink(Path.Combine(drawn.Project.Folder, "segmentations"), images);
        Assert.That(() => Run(drawn, null), Throws.TypeOf<FastSegException>().With.Message.Contains(refused));
        Assert.That(File.Exists(Path.Combine(images, "model.fastseg")), Is.False, "nothing was computed");
    }

    [TestCase("a.tif")]
    [TestCase("stack_page2_probabilities.tif")]
    [TestCase("model.fastseg")]
    [TestCase("fractions.csv")]
    public void AFileOfThePersonsIsNeverReplaced(string name)
    {
        using var drawn = new DrawnProject();
        string folder = Directory.CreateDirectory(Path.Combine(drawn.Root, "results")).FullName, file = Path.Combine(folder, name);
        File.WriteAllText(file, "mine");
        Assert.That(
            () => Run(drawn, folder), Throws.TypeOf<FastSegException>().With.Message.Contains($"{file} is there already"));
        Assert.That((Directory.GetFiles(folder).Length, File.ReadAllText(file)), Is.EqualTo((1, "mine")), "nothing was computed");
        File.Move(file, Path.Combine(folder, "mine"));
        File.CreateSymbolicLink(file, Path.Combine(folder, "mine"));
        Assert.That(() => Run(drawn, folder), Throws.TypeOf<FastSegException>(), "what a link leads to");
    }

    [Test]
    public void WhatTheStudioWroteIsReplacedUntilSomebodyChangesIt()
    {
        using var drawn = new DrawnProject();
        string folder = Path.Combine(drawn.Root, "results");
        Run(drawn, folder);
        Assert.That(() => Run(drawn, folder), Throws.Nothing);
        File.AppendAllText(Path.Combine(folder, "stack.tif"), "better labels");
        Assert.That(() => Run(drawn, folder), Throws.TypeOf<FastSegException>().With.Message.Contains("stack.tif is there already"));
    }

    private string Run(DrawnProject drawn, string? folder, string format = "tif") =>
        new SegmentAll(drawn.Project, folder, new ComputeOptions(), probabilities: true) { Format = format }
            .Run(Job(CancellationToken.None));

    private static byte[] Read(string path)
    {
        using ImageReader image = ImageFile.OpenLabels(path);
        byte[] bytes = new byte[image.Info.Bounds.Pixels];
        image.Read(image.Info.Bounds, bytes);
        return bytes;
    }

    private JobRun Job(CancellationToken cancellation) =>
        new(change => _told.Add(change(_told.Count == 0 ? new JobState("j", "k", "running") : _told[^1])), cancellation);
}
