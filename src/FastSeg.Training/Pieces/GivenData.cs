using FastSeg.Deep.Backbones;
using FastSeg.Deep.Tokens;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Native;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FastSeg.Learning.Pieces;

/// <summary>
/// Crops of images whose features at full resolution are given, as the paper trains: features of FeatUp's implicit upsampler, for example,
/// in an npy file for each image. They are read crop by crop.
/// </summary>
internal sealed class GivenData : TrainingData
{
    private readonly List<(GivenImage Image, Tensor Tokens, LowResolutionFile Targets)> _images = [];
    private readonly int _cells;
    private readonly int _patch;

    /// <summary>Computes the tokens of every image.</summary>
    /// <param name="backbone">The transformer.</param>
    /// <param name="projection">Tokens to channels.</param>
    /// <param name="images">The images, which stay open while this is used.</param>
    /// <param name="windows">How the model's windows lie, and whether they are flipped.</param>
    /// <param name="folder">Where the targets are: the image's name with the extension npy.</param>
    /// <param name="progress">Told how many images are done.</param>
    /// <param name="cancellation">Stops between two images.</param>
    /// <exception cref="FastSegException">Targets are missing or do not fit, or an image is smaller than a patch.</exception>
    public GivenData(
        Backbone backbone, SharedPca projection, IReadOnlyList<(ImageReader Reader, SampleMap Samples)> images, WindowPolicy windows,
        string folder, Action<int> progress, CancellationToken cancellation)
    {
        _patch = backbone.Description.Patch;
        _cells = CropCells;
        try
        {
            foreach ((ImageReader reader, SampleMap samples) in images)
            {
                Add(backbone, projection, reader, new InputMap(InputRange.Bytes, samples), windows, folder, cancellation);
                progress(_images.Count);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
        _cells = Math.Min(_cells, (int)_images.Min(image => Math.Min(image.Tokens.shape[1], image.Tokens.shape[2])));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Parts { get; } = ["given"];

    /// <summary>Where the targets of an image are.</summary>
    public static string PathOf(string folder, string image) => Path.Combine(folder, Path.GetFileNameWithoutExtension(image) + ".npy");

    /// <inheritdoc/>
    public override Tensor[] Losses(Tensor result, TrainingBatch batch) => [functional.smooth_l1_loss(result, batch.Targets[0])];

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach ((GivenImage _, Tensor tokens, LowResolutionFile targets) in _images)
        {
            tokens.Dispose();
            targets.Dispose();
        }
    }

    /// <inheritdoc/>
    protected override unsafe TrainingBatch DrawCrop(SplitMix64 random)
    {
        (GivenImage image, Tensor tokens, LowResolutionFile targets) = _images[(int)random.NextIndex(_images.Count)];
        long y = random.NextIndex(tokens.shape[1] - _cells + 1), x = random.NextIndex(tokens.shape[2] - _cells + 1);
        int side = _cells * _patch;
        var pixels = new Region(x * _patch, y * _patch, side, side);
        using var wanted = new HostBuffer((long)targets.Channels * side * side * sizeof(float));
        targets.Read(pixels, (float*)wanted.Pointer);
        return new TrainingBatch(
            tensor(image.Unit(pixels), [image.Colours, side, side]).expand(3, -1, -1),
            tokens.narrow(1, y, _cells).narrow(2, x, _cells),
            [tensor(wanted.Span<float>(0, targets.Channels * side * side).ToArray(), [targets.Channels, side, side])]);
    }

    private void Add(
        Backbone backbone, SharedPca projection, ImageReader reader, InputMap map, WindowPolicy windows, string folder,
        CancellationToken cancellation)
    {
        string path = PathOf(folder, reader.Info.Name);
        LowResolutionFile targets = LowResolutionFile.Open(path, projection.Channels, "the upsampler", reader.Info);
        try
        {
            Check(targets, path, reader.Info);
            Tensor tokens = Tokens(backbone, projection, reader, map, windows, cancellation);
            _images.Add((new GivenImage(backbone.Description, map, reader), tokens, targets));
        }
        catch
        {
            targets.Dispose();
            throw;
        }
    }

    /// <summary>Refuses targets of another size than the image's.</summary>
    private void Check(LowResolutionFile targets, string path, ImageInfo info)
    {
        if (targets.Rows != info.Height || targets.Columns != info.Width || Math.Min(info.Height, info.Width) < _patch)
        {
            throw new FastSegException(
                $"{path} holds {targets.Rows} x {targets.Columns} features, but {info.Name} has {info.Height} x {info.Width} pixels; "
                + $"targets are of the image's own size, of at least one patch of {_patch} pixels.");
        }
    }

    /// <summary>The tokens of an image. Cells that reach past its edge are left out: they have no whole target.</summary>
    private unsafe Tensor Tokens(
        Backbone backbone, SharedPca projection, ImageReader reader, InputMap map, WindowPolicy windows, CancellationToken cancellation)
    {
        using LowResolution features = LowResolution.Compute(
            backbone, projection, reader, map, windows, run: new ComputeOptions { Cancellation = cancellation });
        var values = new ReadOnlySpan<float>(features.Plane(0), checked((int)(features.Channels * features.Rows * features.Columns)));
        using Tensor all = tensor(values.ToArray(), [features.Channels, features.Rows, features.Columns]);
        return all.narrow(1, 0, reader.Info.Height / _patch).narrow(2, 0, reader.Info.Width / _patch).clone().DetachFromDisposeScope();
    }

    /// <summary>An image as the transformer sees it, read part by part.</summary>
    private sealed class GivenImage(BackboneDescription description, InputMap map, ImageReader reader)
    {
        private readonly BackboneInput _input = new(description, map, reader.Info.Type);

        /// <summary>Channels: 1 or 3.</summary>
        public int Colours => reader.Info.Channels;

        /// <summary>A part in 0..1, plane after plane.</summary>
        public unsafe float[] Unit(Region part)
        {
            byte[] samples = new byte[part.Pixels * reader.Info.PixelBytes];
            reader.Read(part, samples);
            float[] planes = new float[Colours * part.Pixels];
            fixed (byte* from = samples)
            {
                fixed (float* to = planes)
                {
                    _input.Unit(from, part, reader.Info, part, to);
                }
            }
            return planes;
        }
    }
}
