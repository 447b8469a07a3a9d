using FastSeg.Studio.Projects;
using FastSeg.Studio.Tests.Labels;

namespace FastSeg.Studio.Tests.Projects;

/// <summary>A project as whoever knows nothing of tiles, patches and journals would write it.</summary>
internal sealed class NaiveProject(int width, int height)
{
    private readonly Dictionary<string, byte[]> _labels = [];

    public List<ProjectClass> Classes { get; private set; } = [ProjectClass.Default(1), ProjectClass.Default(2)];

    public byte[] Labels(string image)
    {
        _labels.TryAdd(image, new byte[width * height]);
        return _labels[image];
    }

    public void Do(Operation operation)
    {
        switch (operation)
        {
            case Operation.Stroke stroke:
                Paint(stroke.Image, ShapeReference.Stroke(width, height, stroke.Points, stroke.Radius), stroke.Class);
                break;
            case Operation.Polygon polygon:
                Paint(polygon.Image, ShapeReference.Polygon(width, height, polygon.Points), polygon.Class);
                break;
            case Operation.Fill fill:
                _labels[fill.Image] = ShapeReference.Fill(Labels(fill.Image), width, (int)fill.X, (int)fill.Y, fill.Class);
                break;
            case Operation.Clear clear:
                Array.Clear(Labels(clear.Image));
                break;
            case Operation.ClassAdd add:
                Classes.Add(add.Class);
                break;
            case Operation.ClassChange change:
                int at = Classes.FindIndex(one => one.Value == change.Value);
                Classes[at] = Classes[at] with { Name = change.Name! };
                break;
            case Operation.ClassOrder order:
                Classes = [.. order.Values.Select(value => Classes.Single(one => one.Value == value))];
                break;
            case Operation.ClassDelete delete:
                Classes.RemoveAll(one => one.Value == delete.Value);
                foreach (byte[] labels in _labels.Values)
                {
                    labels.AsSpan().Replace(delete.Value, (byte)0);
                }
                break;
            default:
                throw new NotSupportedException();
        }
    }

    private void Paint(string image, byte[] shape, byte label)
    {
        byte[] labels = Labels(image);
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = shape[i] != 0 ? label : labels[i];
        }
    }
}
