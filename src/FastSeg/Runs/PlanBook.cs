using System.Globalization;
using System.Text;
using FastSeg.Images;

namespace FastSeg.Runs;

/// <summary>
/// The plans of runs that follow one another with the same model and options: one for each shape of image, made when the first such image
/// comes.
/// </summary>
internal sealed class PlanBook
{
    /// <summary>Shapes that are remembered; where images come in more, planning again costs less than a growing book.</summary>
    private const int MostShapes = 256;

    private readonly Dictionary<string, Plan> _plans = new(StringComparer.Ordinal);

    /// <summary>Shapes that are in the book.</summary>
    public int Count => _plans.Count;

    /// <summary>The plan of a run: one that was made for the same shape, or a new one.</summary>
    /// <param name="planner">Makes a new one.</param>
    /// <param name="options">Threads and limits of memory, the same for all runs.</param>
    /// <exception cref="FastSegException">The memory is not enough for this shape.</exception>
    public Plan Of(Planner planner, ComputeOptions options)
    {
        string shape = Shape(planner, options.WorkerCount);
        if (!_plans.TryGetValue(shape, out Plan? plan))
        {
            if (_plans.Count == MostShapes)
            {
                _plans.Clear();
            }
            plan = planner.Make(options);
            _plans.Add(shape, plan);
        }
        return plan;
    }

    /// <summary>All that a plan depends on and that differs from one image to the next.</summary>
    private static string Shape(Planner planner, int workers)
    {
        ImageReader image = planner.Work.Image;
        ImageInfo info = image.Info;
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{info.Width} {info.Height} {info.Channels} {info.Type} {info.Stored} {info.IsColour} {planner.Area} ");
        text.Append(
            CultureInfo.InvariantCulture,
            $"{image.PrefersWholeRows} {planner.Work.Stored.StoredPart} {planner.Work.Stored.FirstPassBytes(workers)} ");
        text.Append(CultureInfo.InvariantCulture, $"{planner.Work.Mask?.Info.Type} {planner.FinishBytes(workers)}");
        foreach ((string name, long bytes) in planner.SharedItems(workers))
        {
            text.Append(CultureInfo.InvariantCulture, $" {name} {bytes}");
        }
        return text.ToString();
    }
}
