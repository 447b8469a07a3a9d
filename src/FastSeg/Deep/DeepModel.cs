using FastSeg.Images;

namespace FastSeg.Deep;

/// <summary>Everything about a model's deep features that does not depend on an image. Immutable; shared by every run.</summary>
/// <param name="Description">Numbers and names.</param>
/// <param name="Projection">Tokens to channels.</param>
internal sealed record DeepModel(DeepDescription Description, SharedPca Projection)
{
    /// <summary>Fits what training images decide: the input range and the projection.</summary>
    public static DeepModel Fit(DeepOptions options, IReadOnlyList<ImageReader> images, int seed, IProgress<double>? progress, CancellationToken cancellation)
    {
        Backbone backbone = options.Backbone;
        InputRange range = options.Range ?? InputRange.From(images, cancellation);
        range.Check();
        Upsampling upsampling = options.Upsampling ?? Upsampling.Bilinear;
        WindowPolicy windows = backbone.Windows;
        SharedPca projection = SharedPcaFit.Fit(backbone, images, range, windows, options.Channels, (ulong)seed, progress: progress, cancellation: cancellation);
        var description = new DeepDescription(
            backbone.Description.Name, backbone.Sha256, backbone.Description.Patch, options.Channels, upsampling,
            windows.Tokens, windows.Overlap, windows.FlipAverage, range.Low, range.High, seed, backbone.Threads);
        return new DeepModel(description, projection);
    }

    /// <summary>Refuses a backbone that is not the one the model was trained with.</summary>
    /// <exception cref="FastSegException">The network's hash or the number of threads differs.</exception>
    public void CheckBackbone(Backbone backbone)
    {
        if (backbone.Sha256 != Description.Sha256)
        {
            throw new FastSegException(
                $"{backbone.Folder}: the model was trained with the backbone {Description.Backbone} (SHA-256 {Description.Sha256[..12]}...), but this one is {backbone.Sha256[..12]}...; give the same backbone.");
        }
        if (backbone.Threads != Description.Threads)
        {
            throw new FastSegException($"{backbone.Folder}: the model was trained with {Description.Threads} threads of ONNX Runtime, but the backbone was opened with {backbone.Threads}; open it with the model's number.");
        }
    }
}
