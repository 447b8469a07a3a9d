using FastSeg.Studio.Projects;
using FastSeg.Studio.Tests.Server;
using FastSeg.Tests;

namespace FastSeg.Studio.Tests.Exports;

/// <summary>A project with labels of three classes on two images of one name and on the second page of a stack.</summary>
internal sealed class DrawnProject : IDisposable
{
    private const int Width = 120, Height = 90;

    private readonly TemporaryFolder _folder = new();
    private int _ids;

    public DrawnProject()
    {
        // A shell must not stumble over the path.
        string images = Directory.CreateDirectory(_folder.File("it's $HOME")).FullName;
        string other = Directory.CreateDirectory(Path.Combine(images, "other")).FullName;
        RunningStudio.WriteScene(Path.Combine(images, "a.png"), Width, Height);
        RunningStudio.WriteScene(Path.Combine(other, "a.png"), Width, Height);
        WriteStack(Path.Combine(images, "stack.tif"));
        Project = Project.Open(Path.Combine(images, "project"), new ProjectSeed { Images = [images, other] });
        Draw("i1", 1, (1, 100), (2, 700));
        Draw("i3", 1, (1, 500), (2, 900));
        Project.Apply(new Operation.ClassAdd { Id = NewId(), Class = new ProjectClass(3, "it's a pore", "#102030") });
        Draw("i2", 2, (3, 300), (1, 800));
    }

    public Project Project { get; }

    public string Root => _folder.Path;

    public string NewId() => $"id-{++_ids}";

    public void Dispose()
    {
        Project.Dispose();
        _folder.Dispose();
    }

    private static void WriteStack(string path)
    {
        byte[] pixels = [.. new SyntheticScene(Width, Height, 1).Pixels, .. new SyntheticScene(Width, Height, 2).Pixels];
        using ImageWriter writer = ImageFile.Create(path, new ImageLayout(Width, Height, SampleType.UInt8, Pages: 2));
        writer.Write(new Region(0, 0, Width, Height), pixels);
        writer.Commit();
    }

    private void Draw(string image, int page, params (byte Class, long Y)[] lines)
    {
        foreach ((byte label, long y) in lines)
        {
            Project.Apply(new Operation.Stroke
            {
                Id = NewId(),
                Image = image,
                Page = page,
                Class = label,
                Radius = 40,
                Points = [100, y, 1200, y + 100],
            });
        }
    }
}
