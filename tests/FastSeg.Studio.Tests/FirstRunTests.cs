using FastSeg.Studio.Projects;
using FastSeg.Tests;
using NUnit.Framework;

namespace FastSeg.Studio.Tests;

/// <summary>What a newcomer finds.</summary>
[TestFixture]
internal sealed class FirstRunTests
{
    [Test]
    public void TheFirstImageHasStrokesOfTwoClassesOnce()
    {
        using var folder = new TemporaryFolder();
        var seed = new ProjectSeed { Images = FirstRun.Images(), Classes = FirstRun.Classes };
        using (Project project = Project.Open(folder.Path, seed))
        {
            FirstRun.Draw(project);
            Assert.That(project.Labelled, Is.EqualTo(((string, int)[])[("i1", 1)]));
            ReadOnlySpan<long> counts = project.Labels("i1", 1).Counts;
            Assert.That((counts[1] > 500, counts[2] > 500, project.Images.Count), Is.EqualTo((true, true, 4)));
            while (project.CanUndo)
            {
                project.Undo($"u{project.Version}");
            }
        }
        using Project again = Project.Open(folder.Path, seed);
        FirstRun.Draw(again);
        Assert.That(again.Labelled, Is.Empty, "what was undone does not come back");
    }
}
