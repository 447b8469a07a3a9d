using FastSeg.Studio.Projects;
using FastSeg.Studio.Tests.Labels;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Projects;

/// <summary>Any sequence of operations, undos, redos and restarts leaves what doing the remaining operations one by one leaves.</summary>
[TestFixture]
internal sealed class ProjectModelTests
{
    [Test]
    public void AnySequenceEqualsANaiveReplay([Range(1, 8)] int seed)
    {
        var random = new Random(seed);
        using var test = new TestProject();
        var done = new List<Operation>();
        var undone = new List<Operation>();
        for (int i = 0; i < 50; i++)
        {
            switch (random.Next(12))
            {
                case < 3 when test.Project.CanUndo:
                    test.Undo();
                    undone.Add(done[^1]);
                    done.RemoveAt(done.Count - 1);
                    break;
                case < 5 when test.Project.CanRedo:
                    test.Redo();
                    done.Add(undone[^1]);
                    undone.RemoveAt(undone.Count - 1);
                    break;
                case 5:
                    test.Reopen();
                    break;
                default:
                    Operation operation = AnyOperation(test, random);
                    test.Project.Apply(operation);
                    done.Add(operation);
                    undone.Clear();
                    break;
            }
            if (i % 10 == 9)
            {
                Compare(test, done, undone, i);
            }
        }
    }

    private static void Compare(TestProject test, List<Operation> done, List<Operation> undone, int step)
    {
        var model = new NaiveProject(TestProject.Width, TestProject.Height);
        done.ForEach(model.Do);
        Assert.Multiple(() =>
        {
            Assert.That(test.Bytes("i1"), Is.EqualTo(model.Labels("i1")), $"i1 after {step}");
            Assert.That(test.Bytes("i2"), Is.EqualTo(model.Labels("i2")), $"i2 after {step}");
            Assert.That(test.Project.Classes, Is.EqualTo(model.Classes));
            Assert.That((test.Project.CanUndo, test.Project.CanRedo), Is.EqualTo((done.Count > 0, undone.Count > 0)));
            Assert.That(
                test.Project.Labelled.Select(page => page.Image),
                Is.EqualTo(((string[])["i1", "i2"]).Where(image => model.Labels(image).Any(label => label != 0))));
        });
    }

    private static Operation AnyOperation(TestProject test, Random random)
    {
        Project project = test.Project;
        string image = random.Next(2) == 0 ? "i1" : "i2", id = test.NewId();
        byte label = project.Classes.Count == 0 ? (byte)0 : project.Classes[random.Next(project.Classes.Count)].Value;
        long[] points = [.. Enumerable.Range(0, 2 * random.Next(3, 8)).Select(_ => (long)random.Next(-500, 16 * TestProject.Width))];
        switch (random.Next(14))
        {
            case 0 when project.Classes.Count > 1:
                return new Operation.ClassDelete { Id = id, Value = label };
            case 1:
                return new Operation.ClassAdd { Id = id, Class = ProjectClass.Default((byte)project.NextClass) };
            case 2 when label != 0:
                return new Operation.ClassChange { Id = id, Value = label, Name = $"name {id}" };
            case 3:
                return new Operation.ClassOrder { Id = id, Values = [.. project.Classes.Select(one => (int)one.Value).Reverse()] };
            case 4:
                return new Operation.Clear { Id = id, Image = image };
            case 5 or 6:
                return new Operation.Fill
                {
                    Id = id,
                    Image = image,
                    Class = label,
                    X = random.Next(TestProject.Width),
                    Y = random.Next(TestProject.Height),
                };
            case 7 or 8:
                return new Operation.Polygon { Id = id, Image = image, Class = label, Points = points };
            default:
                return test.Stroke(image, random.Next(5) == 0 ? (byte)0 : label, random.Next(600), points);
        }
    }
}
