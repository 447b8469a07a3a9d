using FastSeg.Cli.Errors;
using FastSeg.Files;

namespace FastSeg.Cli.Files;

/// <summary>Loads the model of a command that takes it before its images, and says where they came the other way round.</summary>
internal static class ModelFirst
{
    /// <summary>Loads it.</summary>
    /// <param name="command">The command's name.</param>
    /// <param name="path">What was given as the model.</param>
    /// <param name="images">What was given as images.</param>
    /// <exception cref="UsageException">One of the images is a model, and the model is none.</exception>
    /// <exception cref="FastSegException">The model cannot be loaded.</exception>
    public static Model Load(string command, string path, params IReadOnlyList<string> images) =>
        !IsModel(path) && images.FirstOrDefault(IsModel) is { } model
            ? throw new UsageException(
                $"{path} is no model, and {model} is one: swapped? The model comes first, as in `fastseg {command} {model} {path}`.")
            : Model.Load(path);

    /// <summary>Whether a file begins as a ZIP does, which a model is; what cannot be opened is left to whoever needs it.</summary>
    private static bool IsModel(string path)
    {
        try
        {
            using InputFile file = InputFile.Open(path, path);
            byte[] first = new byte[Math.Min(4, file.Length)];
            file.Read(0, first);
            return first.AsSpan().SequenceEqual("PK\x03\x04"u8);
        }
        catch (FastSegException)
        {
            return false;
        }
    }
}
