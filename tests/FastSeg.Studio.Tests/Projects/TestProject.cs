using FastSeg.Studio.Labels;
using FastSeg.Studio.Projects;
using FastSeg.Studio.Tests.Labels;
using FastSeg.Tests;

namespace FastSeg.Studio.Tests.Projects;

/// <summary>A project over small images in a folder of its own, which can be closed and opened again.</summary>
internal sealed class TestProject : IDisposable
{
    public const int Width = 300, Height = 64;

    private readonly TemporaryFolder _folder = new();
    private int _ids;

    public TestProject(int images = 2)
    {
        for (int i = 1; i <= images; i++)
        {
            WriteImage(Path.Combine(_folder.Path, $"image{i}.png"), Width, Height);
        }
        Project = Project.Open(Folder, new ProjectSeed { Images = [_folder.Path] });
    }

    public string Root => _folder.Path;

    public string Folder => Path.Combine(_folder.Path, "project");

    public string Journal => Path.Combine(Folder, "journal.jsonl");

    public Project Project { get; private set; }

    public static void WriteImage(string path, int width, int height, int pages = 1)
    {
        using ImageWriter writer = ImageFile.Create(path, new ImageLayout(width, height, SampleType.UInt8, pages));
        byte[] pixels = new byte[width * height * pages];
        new Random(1).NextBytes(pixels);
        writer.Write(new Region(0, 0, width, height), pixels);
        writer.Commit();
    }

    public string NewId() => $"id-{++_ids}";

    public Operation.Stroke Stroke(byte label, long radius, params long[] points) => Stroke("i1", label, radius, points);

    public Operation.Stroke Stroke(string image, byte label, long radius, params long[] points) =>
        new() { Id = NewId(), Image = image, Class = label, Radius = radius, Points = points };

    public Change Undo() => Project.Undo(NewId());

    public Change Redo() => Project.Redo(NewId());

    public byte[] Bytes(string image = "i1", int page = 1) => Rasters.Bytes(Project.Labels(image, page));

    public void Reopen()
    {
        Project.Dispose();
        Project = Project.Open(Folder);
    }

    public void Dispose()
    {
        Project.Dispose();
        _folder.Dispose();
    }
}
