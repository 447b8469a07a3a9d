using FastSeg.Files;
using FastSeg.Images;
using FastSeg.Images.Labels;
using FastSeg.Images.Samples;

namespace FastSeg.Runs;

/// <summary>
/// Refuses results that would lie where the image lies, or where another result does. A tile is written before its neighbours are read, so
/// an image that is overwritten would change in the middle of the run.
/// </summary>
internal static class Overlap
{
    /// <summary>Compares what is known of each reader and writer: its memory, or its file.</summary>
    /// <param name="inputs">What is read; null where there is nothing.</param>
    /// <param name="outputs">What is written.</param>
    /// <exception cref="FastSegException">
    /// Memory overlaps, one writer is given for two results, or a file would be overwritten.
    /// </exception>
    public static void Refuse(IEnumerable<ImageReader?> inputs, params IReadOnlyList<ImageWriter> outputs)
    {
        ImageReader[] read = [.. inputs.OfType<ImageReader>().Select(LabelImage.SourceOf).Select(NarrowedImage.SourceOf)];
        for (int i = 0; i < outputs.Count; i++)
        {
            foreach (ImageReader input in read)
            {
                if (outputs[i] is MemoryWriter writer && input is MemoryImage image && writer.Rows.Overlaps(image.Rows))
                {
                    throw new FastSegException(
                        $"The memory for a result overlaps that of {input.Info.Name}, which is still read while results are written; "
                        + "give memory of its own.");
                }
                RefuseFile(input.FilePath, outputs[i].FilePath);
            }
            for (int j = 0; j < i; j++)
            {
                RefuseTwo(outputs[i], outputs[j]);
            }
        }
    }

    /// <summary>Refuses an output that would replace an input, whatever the paths are called and linked.</summary>
    /// <param name="input">A file that is read; null for none.</param>
    /// <param name="output">A file that will be written; null for none.</param>
    /// <exception cref="FastSegException">They are one file.</exception>
    public static void RefuseFile(string? input, string? output)
    {
        if (input is not null && output is not null && RealPath.Of(input) == RealPath.Of(output))
        {
            throw new FastSegException($"{output} is read, and would be overwritten by a result; write to another name.");
        }
    }

    private static void RefuseTwo(ImageWriter one, ImageWriter other)
    {
        if (one == other || (one is MemoryWriter first && other is MemoryWriter second && first.Rows.Overlaps(second.Rows)))
        {
            throw new FastSegException("The memory for one result overlaps that for another; give each memory of its own.");
        }
        if (one.FilePath is { } file && other.FilePath is { } same && RealPath.Of(file) == RealPath.Of(same) && !IsStream(file))
        {
            throw new FastSegException($"{same} and {file} are one file, and two results would be written to it; name different ones.");
        }
    }

    private static bool IsStream(string path) => FileKinds.Of(path) is FileKind.Device or FileKind.Pipe or FileKind.Socket;
}
