using System.IO.Compression;
using FastSeg.Studio.Projects;

namespace FastSeg.Studio.Exports;

/// <summary>
/// A zip of the project's labels: label images, which class has which value, which labels belong to which image, and the command line
/// that trains the project's model from them.
/// </summary>
internal static class LabelArchive
{
    /// <summary>Folder of the label images in the archive, and in the command line.</summary>
    public const string Folder = "labels";

    /// <summary>Writes the archive.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="project">The project.</param>
    /// <param name="projectFolder">The project's folder.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="FastSegException">Nothing is labelled, or a file cannot be written.</exception>
    public static void Write(string path, ProjectSnapshot project, string projectFolder, CancellationToken cancellation)
    {
        if (project.Labelled.Count == 0)
        {
            throw new FastSegException("Nothing is labelled yet; draw a few strokes before the labels are exported.");
        }
        IReadOnlyList<string> names = LabelFiles.Names(project.Labelled);
        string work = path + ".files";
        try
        {
            Directory.CreateDirectory(Path.Combine(work, Folder));
            for (int i = 0; i < names.Count; i++)
            {
                LabelFiles.Write(Path.Combine(work, Folder, names[i]), project.Labelled[i], project.Classes, cancellation);
            }
            File.WriteAllText(Path.Combine(work, "classes.csv"), Classes(project));
            File.WriteAllText(Path.Combine(work, "images.csv"), Images(project, names));
            File.WriteAllText(Path.Combine(work, "train.sh"), $"#!/bin/sh\n{CommandLine.Of(project, projectFolder)}\n");
            // Label images are compressed already.
            ZipFile.CreateFromDirectory(work, path, CompressionLevel.NoCompression, includeBaseDirectory: false);
        }
        finally
        {
            if (Directory.Exists(work))
            {
                Directory.Delete(work, recursive: true);
            }
        }
    }

    private static string Classes(ProjectSnapshot project)
    {
        var table = new CsvTable("value", "name", "colour", "labelled pixels");
        foreach (ProjectClass one in project.Classes)
        {
            table.Add(one.Value, one.Name, one.Colour, project.Labelled.Sum(page => page.Labels.Counts[one.Value]));
        }
        return table.ToString();
    }

    private static string Images(ProjectSnapshot project, IReadOnlyList<string> names)
    {
        var table = new CsvTable("image", "page", "labels", "labelled pixels");
        for (int i = 0; i < names.Count; i++)
        {
            DrawnPage page = project.Labelled[i];
            table.Add(page.Image.Path, page.Page, $"{Folder}/{names[i]}", page.Labels.Labelled);
        }
        return table.ToString();
    }
}
