using System.Globalization;
using FastSeg.Studio.Projects;
using FastSeg.Studio.Settings;

namespace FastSeg.Studio.Exports;

/// <summary>
/// The command line that trains the project's model from its exported labels, byte for byte the model that the studio exports. To be run
/// in the folder into which the labels' archive was unpacked.
/// </summary>
internal static class CommandLine
{
    /// <summary>The line for a POSIX shell.</summary>
    /// <param name="project">The project.</param>
    /// <param name="folder">The project's folder, which may have a projection of its own.</param>
    public static string Of(ProjectSnapshot project, string folder) => string.Join(' ', Words(project, folder).Select(Quoted));

    /// <summary>The words of the line.</summary>
    public static IReadOnlyList<string> Words(ProjectSnapshot project, string folder)
    {
        ProjectSettings settings = project.Settings;
        List<string> words = ["fastseg", "train"];
        IReadOnlyList<string> names = LabelFiles.Names(project.Labelled);
        for (int i = 0; i < names.Count; i++)
        {
            DrawnPage page = project.Labelled[i];
            words.AddRange(["--image", page.Image.PagePath(page.Page), "--labels", $"{LabelArchive.Folder}/{names[i]}"]);
        }
        words.AddRange(["--names", string.Join(',', project.Drawn.Select(one => one.Name))]);
        if (settings.Preset != "paper")
        {
            words.AddRange(["--preset", settings.Preset]);
        }
        if (settings.Deep is { } deep)
        {
            words.AddRange(["--deep", deep]);
            words.AddRange(settings.Upsampler is { } upsampler ? ["--upsampler", upsampler] : []);
            words.AddRange(FittedProjection.Of(folder, settings) is { } projection ? ["--projection", projection] : []);
        }
        if (settings.Seed != 0)
        {
            words.AddRange(["--seed", settings.Seed.ToString(CultureInfo.InvariantCulture)]);
        }
        words.AddRange(["--smooth", settings.Smooth]);
        words.AddRange(ProjectModel.HoldsOut(settings) ? [] : ["--no-score"]);
        words.AddRange(["-o", ProjectModel.FileName]);
        return words;
    }

    /// <summary>A word as a POSIX shell reads it.</summary>
    private static string Quoted(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./,:=+%@".Contains(c))
            ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
