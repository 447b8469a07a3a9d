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
    /// <param name="opening">How images are opened; labels and masks are turned with them.</param>
    /// <param name="options">How labels are read.</param>
    public TrainingSet(
        IReadOnlyList<string> images, IReadOnlyList<string> labels, IReadOnlyList<string?> masks, ImageOptions opening,
        LabelOptions options)
    {
        try
        {
            ImageReader[] opened = [.. images.Select(image => Opened(ImageFile.Open(image, opening)))];
            // Together, so that a colour is the same class in all of them.
            IReadOnlyList<ImageReader> drawn = ImageFile.OpenLabels(labels, options with { Orient = opening.Orient, Opening = opening });
            _open.AddRange(drawn);
            for (int i = 0; i < opened.Length; i++)
            {
                string? mask = masks.ElementAtOrDefault(i);
                _images.Add(new TrainingImage(opened[i], drawn[i])
                {
                    Mask = mask is null ? null : Opened(ImageFile.OpenMask(mask, opening)),
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
