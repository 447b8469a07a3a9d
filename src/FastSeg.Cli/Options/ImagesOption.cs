using System.CommandLine;

namespace FastSeg.Cli.Options;

/// <summary>The option that names several images at once: <c>--images a.tif b.tif</c>.</summary>
internal static class ImagesOption
{
    /// <summary>Creates the option, which must be given.</summary>
    public static Option<string[]> Create(string description) => new("--images")
    {
        HelpName = "I..",
        Description = description,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = true,
        Required = true,
    };

    /// <summary>Opens the images, runs something with them and closes them.</summary>
    public static T With<T>(IEnumerable<string> paths, Func<IReadOnlyList<ImageReader>, T> run)
    {
        var images = new List<ImageReader>();
        try
        {
            foreach (string path in paths)
            {
                images.Add(ImageFile.Open(path));
            }
            return run(images);
        }
        finally
        {
            images.ForEach(image => image.Dispose());
        }
    }
}
