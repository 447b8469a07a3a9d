using FastSeg.Studio.Exports;
using FastSeg.Studio.Projects;
using FastSeg.Studio.Settings;
using FastSeg.Tests;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Exports;

/// <summary>Pictures of the features of a page.</summary>
[TestFixture]
internal sealed class FeaturePicturesTests
{
    [Test]
    public void ClassicalAndDeepFeaturesHaveAPictureEach()
    {
        using var drawn = new DrawnProject();
        drawn.Project.Set(new ProjectSettings { Deep = TestData.File("models/fastseg-vit-tiny-8-int8"), Upsampler = "bilinear" });
        var told = new List<JobState> { new("j", "features", "running") };
        var job = new JobRun(change => told.Add(change(told[^1])), CancellationToken.None);
        string said = new FeaturePictures(drawn.Project, "i2", 2, null, new ComputeOptions()).Run(job);
        string folder = Path.Combine(drawn.Project.Folder, "features"), stem = Path.Combine(folder, "stack_page2");
        Assert.That(said, Is.EqualTo($"{stem}_features.png and {stem}_deep.png are written."));
        using ImageReader classical = ImageFile.Open($"{stem}_features.png"), deep = ImageFile.Open($"{stem}_deep.png");
        Assert.That((classical.Info.Width, classical.Info.Height, classical.Info.Channels), Is.EqualTo((120L, 90L, 3)));
        Assert.That((deep.Info.Width, deep.Info.Height, deep.Info.Channels), Is.EqualTo((248L, 90L, 3)));
        byte[] pixels = new byte[120 * 90 * 3];
        classical.Read(classical.Info.Bounds, pixels);
        Assert.That(pixels.Distinct().Count(), Is.GreaterThan(50), "it shows something");
        Assert.That(told[^1] is { Done: 2, Total: 2 }, Is.True);
    }

    [Test]
    public void APictureOfThePersonsIsNotReplaced()
    {
        using var drawn = new DrawnProject();
        var job = new JobRun(_ => { }, CancellationToken.None);
        string file = Path.Combine(drawn.Root, "a_features.png");
        File.WriteAllText(file, "mine");
        Assert.That(
            () => new FeaturePictures(drawn.Project, "i1", 1, drawn.Root, new ComputeOptions()).Run(job),
            Throws.TypeOf<FastSegException>().With.Message.Contains($"{file} is there already"));
        Assert.That(File.ReadAllText(file), Is.EqualTo("mine"));
    }

    [Test]
    public void AnImageThatIsNotThereIsSaid()
    {
        using var drawn = new DrawnProject();
        var job = new JobRun(_ => { }, CancellationToken.None);
        Assert.That(
            () => new FeaturePictures(drawn.Project, "i9", 1, null, new ComputeOptions()).Run(job),
            Throws.TypeOf<FastSegException>().With.Message.Contains("no image i9"));
    }
}
