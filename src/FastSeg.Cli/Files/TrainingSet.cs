namespace FastSeg.Cli.Files;

/// <summary>The open images and labels of a training run.</summary>
internal sealed class TrainingSet : IDisposable
{
    private readonly List<TrainingImage> _images = [];

    /// <summary>Opens every image and its labels; what is open already is closed again where one of them fails.</summary>
    public TrainingSet(IReadOnlyList<string> images, IReadOnlyList<string> labels, ImageOptions opening)
    {
        try
        {
            for (int i = 0; i < images.Count; i++)
            {
                ImageReader image = ImageFile.Open(images[i], opening);
                try
                {
                    _images.Add(new TrainingImage(image, ImageFile.OpenLabels(labels[i], opening)));
                }
                catch
                {
                    image.Dispose();
                    throw;
                }
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

    public void Dispose()
    {
        foreach (TrainingImage image in _images)
        {
            image.Image.Dispose();
            image.Labels.Dispose();
        }
    }
}
