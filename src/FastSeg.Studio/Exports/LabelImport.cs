using FastSeg.Studio.Files;
using FastSeg.Studio.Projects;

namespace FastSeg.Studio.Exports;

/// <summary>
/// Label images from elsewhere. A value that is a class of the project stays that class; the others become new classes, whose values are
/// the next ones in order, since values are never given twice and there are only 255.
/// </summary>
internal static class LabelImport
{
    private const int Rows = 256;

    /// <summary>Puts labels onto a page, in place of those it has.</summary>
    /// <param name="project">The project.</param>
    /// <param name="image">The image's id.</param>
    /// <param name="page">The page.</param>
    /// <param name="upload">The file that came.</param>
    /// <param name="name">What the person calls it.</param>
    /// <param name="cancellation">Stops it; then nothing is done.</param>
    /// <returns>What changed, and a sentence for each thing that makes the labels doubtful.</returns>
    /// <exception cref="FastSegException">
    /// It is no label image, or the image itself, has another size than the page, or too many classes.
    /// </exception>
    public static (Change Change, IReadOnlyList<string> Doubts) Into(
        Project project, string image, int page, string upload, string name, CancellationToken cancellation)
    {
        (long width, long height) = Size(project, image, page);
        using ImageReader labels = Named(upload, name, () => ImageFile.OpenLabels(upload));
        ImageInfo info = labels.Info;
        if (info.Width != width || info.Height != height)
        {
            throw new FastSegException(
                $"{name} has {info.Width} x {info.Height} pixels and the page has {width} x {height}; give labels of the page's size.");
        }
        long[] found = new long[1 << 16];
        ForEachBand(labels, cancellation, (_, values) =>
        {
            foreach (ushort value in values)
            {
                found[value]++;
            }
        });
        Named(upload, name, () => RefuseImage(project, image, page, (labels, found.Sum() - found[0]), cancellation));
        (byte[] classOf, ProjectClass[] added) = Classes(project, found, (name, info.Classes));
        string file = $"{Guid.NewGuid():N}.tif";
        string path = Path.Combine(project.ImportsFolder, file);
        var layout = new ImageLayout(width, height, SampleType.UInt8) { IsLabelMap = true };
        using (ImageWriter writer = ImageFile.Create(path, layout))
        {
            byte[] band = new byte[Math.Min(Rows, height) * width];
            ForEachBand(labels, cancellation, (region, values) =>
            {
                for (int i = 0; i < values.Length; i++)
                {
                    band[i] = classOf[values[i]];
                }
                writer.Write(region, band.AsSpan(0, values.Length));
            });
            writer.Commit();
        }
        Change change = Apply(project, new Operation.Import
        {
            Id = Guid.NewGuid().ToString(),
            Image = image,
            Page = page,
            File = file,
            Classes = added,
        }, path);
        IEnumerable<ModelClass> drawn = Enumerable.Range(1, found.Length - 1)
            .Where(value => found[value] > 0)
            .Select(value => new ModelClass(value, $"class {value}", found[value]));
        return (change, LabelDoubts.Of([.. drawn], project.Settings.Training().Balance));
    }

    /// <summary>Refuses labels that are the page itself; a page that cannot be read now is not compared.</summary>
    /// <returns>Whether it was compared.</returns>
    private static bool RefuseImage(
        Project project, string image, int page, (ImageReader Reader, long Labelled) labels, CancellationToken cancellation)
    {
        if (project.Images.FirstOrDefault(one => one.Id == image) is not { Failure: null } known || !ImageState.Of(known.Path).Exists)
        {
            return false;
        }
        using ImageReader reader = ImageFile.Open(known.PagePath(page));
        LabelDoubts.RefuseImage(reader, labels.Reader, labels.Labelled, cancellation);
        return true;
    }

    private static Change Apply(Project project, Operation.Import import, string path)
    {
        try
        {
            // The journal must not speak of a file that a power cut takes away: without it the project would not open.
            Disk.FlushFile(path);
            return project.Apply(import);
        }
        catch (FastSegException)
        {
            // Where the disk failed the journal may have the record all the same, so the file stays.
            File.Delete(path);
            throw;
        }
    }

    private static (long Width, long Height) Size(Project project, string image, int page)
    {
        Labels.LabelRaster labels = project.Labels(image, page);
        return (labels.Width, labels.Height);
    }

    /// <summary>Does something with the upload; sentences call it as the person does.</summary>
    private static T Named<T>(string upload, string name, Func<T> act)
    {
        try
        {
            return act();
        }
        catch (FastSegException e)
        {
            throw new FastSegException(e.Message.Replace(upload, name, StringComparison.Ordinal), e);
        }
    }

    /// <summary>The class of each value, and the classes that are new, which are called as the file says.</summary>
    private static (byte[] ClassOf, ProjectClass[] Added) Classes(
        Project project, long[] found, (string Name, IReadOnlyList<LabelClass> Classes) file)
    {
        byte[] classOf = new byte[found.Length];
        var added = new List<ProjectClass>();
        var known = project.Classes.Select(one => (int)one.Value).ToHashSet();
        var names = project.Classes.Select(one => one.Name).ToHashSet();
        int next = project.NextClass;
        for (int value = 1; value < found.Length; value++)
        {
            if (found[value] == 0)
            {
                continue;
            }
            if (known.Contains(value))
            {
                classOf[value] = (byte)value;
                continue;
            }
            if (next > byte.MaxValue)
            {
                throw new FastSegException(
                    $"{file.Name} has {found.Skip(1).Count(one => one > 0)} classes, more than the project can still take; it has room " +
                        $"for {byte.MaxValue + 1 - project.NextClass} new ones.");
            }
            string wanted = file.Classes.FirstOrDefault(one => one.Label == value)?.Name ?? $"class {value}";
            string called = wanted;
            for (int i = 2; !names.Add(called); i++)
            {
                called = $"{wanted} ({i})";
            }
            added.Add(ProjectClass.Default((byte)next) with { Name = called });
            classOf[value] = (byte)next++;
        }
        return (classOf, [.. added]);
    }

    private static void ForEachBand(ImageReader labels, CancellationToken cancellation, BandAction act)
    {
        ImageInfo info = labels.Info;
        bool wide = info.Type == SampleType.UInt16;
        byte[] bytes = new byte[Math.Min(Rows, info.Height) * info.Width * (wide ? 2 : 1)];
        ushort[] values = new ushort[Math.Min(Rows, info.Height) * info.Width];
        for (long y = 0; y < info.Height; y += Rows)
        {
            cancellation.ThrowIfCancellationRequested();
            var region = new Region(0, y, info.Width, Math.Min(Rows, info.Height - y));
            int pixels = (int)region.Pixels;
            labels.Read(region, bytes);
            for (int i = 0; i < pixels; i++)
            {
                values[i] = wide ? BitConverter.ToUInt16(bytes, 2 * i) : bytes[i];
            }
            act(region, values.AsSpan(0, pixels));
        }
    }

    private delegate void BandAction(Region region, ReadOnlySpan<ushort> values);
}
