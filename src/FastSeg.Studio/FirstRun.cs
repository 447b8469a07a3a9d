using FastSeg.Studio.Projects;

namespace FastSeg.Studio;

/// <summary>What a newcomer finds: the sample's micrographs, two classes, and strokes of both on the first image.</summary>
internal static class FirstRun
{
    /// <summary>The image with the strokes.</summary>
    private const string Drawn = "spot4_180d_2.png";

    /// <summary>Radius of the strokes, in pixels of the image.</summary>
    private const int Radius = 3;

    /// <summary>The ways of the strokes: x0, y0, x1, y1, ... in pixels of the image.</summary>
    private static readonly (byte Class, long[] Pixels)[] Strokes =
    [
        (1, [330, 90, 360, 100, 350, 150, 372, 175]),
        (1, [250, 8, 258, 50]),
        (1, [128, 380, 122, 410]),
        (1, [196, 170, 188, 196]),
        (1, [452, 328, 454, 352]),
        (1, [24, 362, 32, 388]),
        (2, [245, 100, 270, 150, 240, 190]),
        (2, [80, 190, 110, 200]),
        (2, [290, 390, 340, 385]),
        (2, [190, 225, 215, 240]),
        (2, [455, 170, 475, 215]),
        (2, [303, 234, 305, 234]),
        (2, [284, 246, 285, 247]),
    ];

    /// <summary>The classes of the sample's project.</summary>
    public static IReadOnlyList<ProjectClass> Classes { get; } =
    [
        new(1, "matrix", ProjectClass.DefaultColour(1)), new(2, "precipitates", ProjectClass.DefaultColour(2)),
    ];

    /// <summary>The micrographs of the sample, some folders above the program; the one with the strokes first.</summary>
    /// <exception cref="FastSegException">There is no sample.</exception>
    public static IReadOnlyList<string> Images()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string samples = Path.Combine(folder.FullName, "samples", "ni", "train");
            if (Directory.Exists(samples))
            {
                return [.. Directory.EnumerateFiles(samples, "*.png")
                    .Where(file => !file.EndsWith("_labels.png", StringComparison.Ordinal))
                    .OrderBy(file => Path.GetFileName(file) != Drawn)
                    .ThenBy(file => file, StringComparer.Ordinal)];
            }
        }
        throw new FastSegException(
            $"There is no sample in a folder above {AppContext.BaseDirectory}; give an image or a folder of images.");
    }

    /// <summary>Draws the strokes in a project in which nobody has drawn anything yet.</summary>
    public static void Draw(Project project)
    {
        ProjectImage? image = project.Images.FirstOrDefault(image => image.Name == Drawn && image.Failure is null);
        if (image is null || project.CanUndo || project.CanRedo)
        {
            return;
        }
        for (int i = 0; i < Strokes.Length; i++)
        {
            project.Apply(new Operation.Stroke
            {
                Id = $"first-run-{i + 1}",
                Image = image.Id,
                Class = Strokes[i].Class,
                Radius = 16 * Radius,
                Points = [.. Strokes[i].Pixels.Select(pixel => (16 * pixel) + 8)],
            });
        }
    }
}
