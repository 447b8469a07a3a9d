using FastSeg.Common;
using FastSeg.Deep.Backbones;
using FastSeg.Deep.Tokens;
using FastSeg.Images;
using FastSeg.Images.Samples;
using TorchSharp;
using static TorchSharp.torch;

namespace FastSeg.Learning.Pieces;

/// <summary>
/// A square piece of an image with its tokens, and with the tokens that its upsampled features shall have. All of them are divided by the
/// roots of the projection's eigenvalues. What is no input of the network is kept in half precision.
/// </summary>
internal sealed class TrainingPiece : IDisposable
{
    /// <summary>Cells of a piece's side: crops of 12 have room to move, and tokens at a shift of half a patch have 32.</summary>
    public const int Cells = 33;

    private TrainingPiece(Tensor image, Tensor tokens, Tensor native, Tensor enlarged) =>
        (Image, Tokens, Native, Enlarged) = (image, tokens, native, enlarged);

    /// <summary>The image in 0..1 as the transformer sees it: colours x rows x columns.</summary>
    public Tensor Image { get; }

    /// <summary>Channels x 33 x 33.</summary>
    public Tensor Tokens { get; }

    /// <summary>Tokens at the shifts of no and half a patch down and right, interleaved: half of the channels x 65 x 65.</summary>
    public Tensor Native { get; }

    /// <summary>Tokens of the piece enlarged twice: half of the channels x 66 x 66.</summary>
    public Tensor Enlarged { get; }

    /// <summary>Makes the piece whose first pixel is at (x, y).</summary>
    /// <param name="backbone">The transformer.</param>
    /// <param name="projection">Tokens to channels.</param>
    /// <param name="image">The image.</param>
    /// <param name="samples">How the whole image is standardised.</param>
    /// <param name="windows">How the model's windows lie, and whether they are flipped.</param>
    /// <param name="x">First column.</param>
    /// <param name="y">First row.</param>
    /// <param name="atOnce">Windows that run at once; they do not change the result.</param>
    /// <exception cref="FastSegException">The file is corrupt, or the transformer fails.</exception>
    public static unsafe TrainingPiece Make(
        Backbone backbone, SharedPca projection, ImageReader image, SampleMap samples, WindowPolicy windows, long x, long y, int atOnce = 1)
    {
        int patch = backbone.Description.Patch, shift = patch / 2, side = Cells * patch;
        ImageInfo info = image.Info;
        byte[] pixels = new byte[(long)side * side * info.PixelBytes];
        image.Read(new Region(x, y, side, side), pixels);
        var map = new InputMap(InputRange.Bytes, samples);
        fixed (byte* first = pixels)
        {
            nint at = (nint)first;
            float[] Features(int down, int right, int scale)
            {
                nint from = at + ((((nint)down * side) + right) * info.PixelBytes);
                int height = down == 0 ? side : side - patch, width = right == 0 ? side : side - patch;
                using var part = new MemoryImage(
                    from, width, height, info.Channels, (long)side * info.PixelBytes, info.Type, $"{info.Name}, a piece at {x}, {y}");
                return Whitened(backbone, projection, part, map, windows, scale, atOnce);
            }
            float[] tokens = Features(0, 0, 1);
            float[][] shifted = [tokens, Features(0, shift, 1), Features(shift, 0, 1), Features(shift, shift, 1)];
            float[] enlarged = Features(0, 0, 2);
            float[] planes = new float[info.Channels * side * side];
            fixed (float* unit = planes)
            {
                var all = new Region(0, 0, side, side);
                ImageInfo piece = info with { Width = side, Height = side };
                new BackboneInput(backbone.Description, map, info.Type).Unit(first, all, piece, all, unit);
            }
            const int Twice = 2 * Cells;
            int half = projection.Channels / 2;
            return new TrainingPiece(
                Kept(planes, [info.Channels, side, side], ScalarType.Float16),
                Kept(tokens, [projection.Channels, Cells, Cells], ScalarType.Float32),
                Kept(Interleaved(shifted, half), [half, Twice - 1, Twice - 1], ScalarType.Float16),
                Kept(enlarged[..(half * Twice * Twice)], [half, Twice, Twice], ScalarType.Float16));
        }
    }

    /// <summary>Bytes of a piece.</summary>
    public static long Bytes(int patch, int channels, int colours)
    {
        long cells = Cells * Cells;
        return (channels * cells * sizeof(float)) + (2 * 4 * channels * cells) + (2L * colours * patch * patch * cells);
    }

    /// <summary>The roots of the eigenvalues, by which features are divided; a component that nothing varies along is left out.</summary>
    public static float[] Deviations(SharedPca projection)
    {
        float least = projection.Eigenvalues[0] * 1e-6f;
        return [.. projection.Eigenvalues.Select(value => MathF.Sqrt(Math.Max(Math.Max(value, least), 1e-12f)))];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Image.Dispose();
        Tokens.Dispose();
        Native.Dispose();
        Enlarged.Dispose();
    }

    /// <summary>Token (i, j) of the shift (0, 0) comes to (2 i, 2 j), that of another shift half a patch further.</summary>
    internal static float[] Interleaved(float[][] shifted, int channels)
    {
        const int Side = (2 * Cells) - 1;
        float[] all = new float[channels * Side * Side];
        for (int i = 0; i < all.Length; i++)
        {
            int channel = i / (Side * Side), row = i / Side % Side, column = i % Side;
            int rows = Cells - (row % 2), columns = Cells - (column % 2);
            all[i] = shifted[(2 * (row % 2)) + (column % 2)][(((channel * rows) + (row / 2)) * columns) + (column / 2)];
        }
        return all;
    }

    private static unsafe float[] Whitened(
        Backbone backbone, SharedPca projection, ImageReader image, InputMap map, WindowPolicy windows, int scale, int atOnce)
    {
        using LowResolution features = LowResolution.Compute(
            backbone, projection, image, map, windows, scale: scale, atOnce: atOnce);
        float[] deviations = Deviations(projection), values = new float[features.Channels * features.Rows * features.Columns];
        int cells = (int)(features.Rows * features.Columns);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = features.Plane(0)[i] / deviations[i / cells];
        }
        return values;
    }

    private static Tensor Kept(float[] values, long[] shape, ScalarType type)
    {
        using Tensor single = tensor(values, shape);
        return (type == ScalarType.Float32 ? single.clone() : single.to_type(type)).DetachFromDisposeScope();
    }
}
