using FastSeg.Deep.Backbones;
using FastSeg.Deep.Tokens;
using FastSeg.Images;
using FastSeg.Images.Samples;
using FastSeg.Learning.Network;
using FastSeg.Learning.Pieces;
using FastSeg.Tests;
using FastSeg.Tests.Deep.Backbones;
using NUnit.Framework;
using TorchSharp;

namespace FastSeg.Training.Tests;

/// <summary>Pieces, where they lie, and what is wanted of them.</summary>
[TestFixture]
internal sealed class PieceTests
{
    [SetUp]
    public void LoadTorch() => TorchLibrary.Load(threads: 1);

    [TestCase(8)]
    [TestCase(14)]
    [TestCase(16)]
    public void ABlockHasTheCentreOfAShiftedToken(int patch)
    {
        // On a ramp the mean of a block is the value at its centre: token m of the shifts has its centre at (m + 1) p / 2.
        int side = 3 * patch;
        float[] ramp = new float[side * side];
        for (int i = 0; i < ramp.Length; i++)
        {
            ramp[i] = (i / side) + 0.5f + (1000 * ((i % side) + 0.5f));
        }
        using var scope = torch.NewDisposeScope();
        torch.Tensor blocks = PieceData.Blocks(torch.tensor(ramp, [1, 1, side, side]), patch);
        Assert.That(blocks.shape, Is.EqualTo((long[])[1, 1, 5, 5]));
        float[] found = blocks.data<float>().ToArray();
        for (int i = 0; i < found.Length; i++)
        {
            double y = ((i / 5) + 1) * patch / 2.0, x = ((i % 5) + 1) * patch / 2.0;
            Assert.That(found[i], Is.EqualTo(y + (1000 * x)).Within(1e-6 * 1000 * side));
        }
        // A block is half a patch wide: where a quarter is no whole number, its outermost pixels count half.
        float[] impulse = new float[side * side];
        impulse[((patch / 4) * side) + (patch / 4)] = 1;
        float share = patch % 4 == 0 ? 1 : 0.25f, area = patch * patch / 4f;
        float corner = PieceData.Blocks(torch.tensor(impulse, [1, 1, side, side]), patch)[0, 0, 0, 0].item<float>();
        Assert.That(corner, Is.EqualTo(share / area).Within(1e-6));
    }

    [TestCase(8, false, false)]
    [TestCase(14, true, false)]
    [TestCase(8, false, true)]
    public void APiecesTargetsAreTokensOfShiftedAndEnlargedImages(int patch, bool colour, bool flips)
    {
        const int Cells = TrainingPiece.Cells;
        // Tokens that know their column are others with flips.
        using TinyBackbone tiny = flips ? new TinyBackbone(patch, 6, 0, true, 12) : new TinyBackbone(patch);
        if (flips)
        {
            tiny.Replace(tiny.GraphWithPosition());
        }
        using Backbone backbone = Backbone.Open(tiny.Folder, 1);
        int side = Cells * patch, channels = colour ? 3 : 1;
        var scene = new SyntheticScene(side + 9, side + 5, channels: channels);
        SampleMap samples = SampleMap.Of(SampleStatisticsPass.Run(scene.Image, null, 1, new ComputeOptions()).Statistics);
        var map = new InputMap(InputRange.Bytes, samples);
        WindowPolicy windows = WindowPolicy.Of(backbone, flips);
        SharedPca projection = SharedPcaFit.Fit(
            backbone, [scene.Image], InputRange.Bytes, windows, 4, 1, views: 5, maps: [samples]);
        using TrainingPiece piece = TrainingPiece.Make(backbone, projection, scene.Image, samples, windows, 9, 5);
        float[] deviations = TrainingPiece.Deviations(projection);
        foreach ((int down, int right) in ((int, int)[])[(0, 0), (0, 1), (1, 0), (1, 1)])
        {
            int y = down * patch / 2, x = right * patch / 2, height = side - (down * patch), width = side - (right * patch);
            MemoryImage part = Part(scene, 9 + x, 5 + y, width, height);
            using LowResolution tokens = LowResolution.Compute(backbone, projection, part, map, windows);
            Same(piece.Native, tokens, deviations, 2, (row, column) => ((2 * row) + down, (2 * column) + right));
            if (y + x == 0)
            {
                Same(piece.Tokens, tokens, deviations, 4, (row, column) => (row, column), 0);
            }
        }
        MemoryImage whole = Part(scene, 9, 5, side, side);
        using LowResolution enlarged = LowResolution.Compute(backbone, projection, whole, map, windows, scale: 2);
        Same(piece.Enlarged, enlarged, deviations, 2, (row, column) => (row, column));
        Assert.That(piece.Image.shape, Is.EqualTo((long[])[channels, side, side]));
        float stored = scene.Pixels[(((5 + 7) * (side + 9)) + 9 + 11) * channels];
        Assert.That(piece.Image[0, 7, 11].to_type(torch.ScalarType.Float32).item<float>(), Is.EqualTo(map.Unit(stored, 255)).Within(5e-4f));
        Assert.That(TrainingPiece.Bytes(patch, 4, channels), Is.EqualTo(Bytes(piece)).Within(Bytes(piece) / 20));
    }

    [Test]
    public void PiecesAreSpreadOverAllImagesThatHaveRoom()
    {
        ImageInfo[] images = [Info(1000, 300), Info(263, 900), Info(512, 512), Info(264, 264)];
        List<(int Image, long X, long Y)> places = PiecePlaces.Choose(images, 264, 25, 5);
        Assert.That(places, Has.Count.EqualTo(25));
        Assert.That(places, Is.Unique);
        Assert.That(places.Count(place => place.Image == 3), Is.EqualTo(1));
        Assert.That(places.Count(place => place.Image == 0), Is.EqualTo(12));
        Assert.That(places.Count(place => place.Image == 1), Is.Zero);
        foreach ((int image, long x, long y) in places)
        {
            Assert.That(x, Is.InRange(0, images[image].Width - 264));
            Assert.That(y, Is.InRange(0, images[image].Height - 264));
        }
        Assert.That(PiecePlaces.Choose(images, 264, 25, 5), Is.EqualTo(places));
        Assert.That(PiecePlaces.Choose([Info(264, 264), Info(300, 330)], 264, 250, 0), Has.Count.EqualTo(3), "there is no room for more");
        Assert.That(PiecePlaces.Choose([Info(263, 263)], 264, 250, 0), Is.Empty);
    }

    private static ImageInfo Info(int width, int height) => new("image", width, height, 1, SampleType.UInt8);

    private static MemoryImage Part(SyntheticScene scene, int x, int y, int width, int height)
    {
        int bytes = scene.Channels;
        byte[] part = new byte[width * height * bytes];
        for (int row = 0; row < height; row++)
        {
            scene.Pixels.AsSpan((((y + row) * scene.Width) + x) * bytes, width * bytes).CopyTo(part.AsSpan(row * width * bytes));
        }
        return MemoryImage.FromMemory<byte>(part, width, height, scene.Channels, name: "part");
    }

    private static unsafe void Same(
        torch.Tensor found, LowResolution tokens, float[] deviations, int channels, Func<int, int, (int Row, int Column)> at,
        double within = 2e-3)
    {
        using torch.Tensor single = found.to_type(torch.ScalarType.Float32);
        float[] values = single.data<float>().ToArray();
        long side = found.shape[1];
        Assert.That(found.shape[0], Is.EqualTo(channels));
        for (int channel = 0; channel < channels; channel++)
        {
            for (int cell = 0; cell < tokens.Rows * tokens.Columns; cell++)
            {
                (int row, int column) = at(cell / (int)tokens.Columns, cell % (int)tokens.Columns);
                float expected = tokens.Plane(channel)[cell] / deviations[channel];
                float value = values[(((channel * side) + row) * side) + column];
                // Half precision keeps eleven bits.
                if (Math.Abs(value - expected) > within * Math.Max(1, Math.Abs(expected)))
                {
                    Assert.Fail($"channel {channel}, cell {row}, {column}: {value} instead of {expected}");
                }
            }
        }
    }

    private static long Bytes(TrainingPiece piece) =>
        ((torch.Tensor[])[piece.Image, piece.Tokens, piece.Native, piece.Enlarged])
            .Sum(planes => planes.NumberOfElements * planes.ElementSize);
}
