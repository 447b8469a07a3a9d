namespace FastSeg.Images.Labels;

/// <summary>Says where a label map was given as an image: its numbers are no brightness.</summary>
internal static class MapAsImage
{
    /// <summary>Most classes that a sentence names.</summary>
    private const int MostNamed = 3;

    /// <summary>A sentence for each image whose file says that it is a label map.</summary>
    /// <param name="images">The images.</param>
    public static IEnumerable<string> Warnings(params IEnumerable<ImageReader> images) => images
        .Where(image => image.Info.IsLabelMap)
        .Select(image =>
            $"{image.Info.Name} is a label map{Named(image.Info.Classes)}, and was taken for an image; give the image that it belongs to.");

    private static string Named(IReadOnlyList<LabelClass> classes) => classes.Count == 0
        ? ""
        : $" ({string.Join(", ", classes.Take(MostNamed).Select(one => one.Name))}{(classes.Count > MostNamed ? ", .." : "")})";
}
