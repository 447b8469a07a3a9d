using FastSeg.Images;

namespace FastSeg.Cli;

/// <summary>The open images and labels of a training run.</summary>
internal sealed class TrainingSet : IDisposable
{
    private readonly List<TrainingImage> _images = [];

    public TrainingSet(IReadOnlyList<string> images, IReadOnlyList<string> labels)
    {
        try
        {
            for (int i = 0; i < images.Count; i++)
            {
                ImageReader image = ImageFile.Open(images[i]);
                try
                {
                    _images.Add(new TrainingImage(image, ImageFile.OpenLabels(labels[i])));
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
