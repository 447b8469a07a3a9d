namespace FastSeg.Cli.Files;

/// <summary>The open images and labels of a training run.</summary>
internal sealed class TrainingSet : IDisposable
{
    private readonly List<TrainingImage> _images = [];

    private readonly List<ImageReader> _open = [];

    /// <summary>Opens every image with its labels and its mask; what is open already is closed again where one of them fails.</summary>
    /// <param name="images">Paths of images.</param>
    /// <param name="labels">Paths of their labels.</param>
    /// <param name="masks">Paths of their masks, null for an image without one; empty where there are none at all.</param>
    /// <param name="opening">How they are opened.</param>
    public TrainingSet(
        IReadOnlyList<string> images, IReadOnlyList<string> labels, IReadOnlyList<string?> masks, ImageOptions opening)
    {
        try
        {
            for (int i = 0; i < images.Count; i++)
            {
                ImageReader image = Opened(ImageFile.Open(images[i], opening)), drawn = Opened(ImageFile.OpenLabels(labels[i], opening));
                string? mask = masks.ElementAtOrDefault(i);
                _images.Add(new TrainingImage(image, drawn)
                {
                    Mask = mask is null ? null : Opened(ImageFile.OpenLabels(mask, "a mask holds", opening)),
                });
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The images with their labels, in the order given.</summary>
    public IReadOnlyList<TrainingImage> Images => _images;

    public void Dispose() => _open.ForEach(reader => reader.Dispose());

    private ImageReader Opened(ImageReader reader)
    {
        _open.Add(reader);
        return reader;
    }
}
