using FastSeg.Studio.Labels;
using FastSeg.Studio.Projects;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Projects;

/// <summary>Many threads at once.</summary>
[TestFixture]
internal sealed class ConcurrencyTests
{
    [Test]
    public void ReadersSeeWholeOperationsAndWritersLoseNone()
    {
        using var test = new TestProject(images: 1);
        Project project = test.Project;
        long[] everywhere = [0, 0, 4800, 0, 4800, 1024, 0, 1024];
        var changes = new System.Collections.Concurrent.ConcurrentBag<long>();
        project.Changed += change => changes.Add(change.Version);
        using var stop = new CancellationTokenSource();
        Task[] readers = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                LabelRaster labels = project.Labels("i1", 1);
                byte[] bytes = Tests.Labels.Rasters.Bytes(labels);
                // Every operation paints all pixels.
                Assert.That(bytes, Is.All.EqualTo(bytes[0]));
                Assert.That(labels.Labelled, Is.EqualTo(bytes[0] == 0 ? 0 : bytes.Length));
            }
        }))];
        Task[] writers = [.. Enumerable.Range(0, 3).Select(writer => Task.Run(() =>
        {
            for (int i = 0; i < 40; i++)
            {
                string id = $"{writer}-{i}";
                byte label = (byte)((writer + i) % 3);
                project.Apply(new Operation.Polygon { Id = id, Image = "i1", Class = label, Points = everywhere });
                if (i % 5 == 0)
                {
                    project.Undo(id + "-undo");
                }
            }
        }))];
        Task.WaitAll(writers);
        stop.Cancel();
        Task.WaitAll(readers);
        Assert.That(project.Version, Is.EqualTo(2 + (3 * 48)));
        Assert.That(changes.Order(), Is.EqualTo(Enumerable.Range(3, 3 * 48)));
        byte[] labels = test.Bytes();
        test.Reopen();
        Assert.That(test.Bytes(), Is.EqualTo(labels));
    }
}
