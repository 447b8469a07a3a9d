using FastSeg.Deep.Tokens;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FastSeg.Learning.Pieces;

/// <summary>
/// Crops of pieces whose targets the transformer gave: half of the channels shall be the tokens' components at their native scale, seen
/// through tokens at four shifts; the other half the same components of the image enlarged twice.
/// </summary>
internal sealed class PieceData : TrainingData
{
    private const double SmoothBelow = 0.5;

    private readonly IReadOnlyList<TrainingPiece> _pieces;
    private readonly int _patch;

    /// <summary>Takes pieces, which are disposed with this.</summary>
    public PieceData(IReadOnlyList<TrainingPiece> pieces, int patch) => (_pieces, _patch) = (pieces, patch);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Parts { get; } = ["native", "enlarged"];

    /// <inheritdoc/>
    public override Tensor[] Losses(Tensor result, TrainingBatch batch)
    {
        long half = result.shape[1] / 2;
        Tensor native = Blocks(result.narrow(1, 0, half), _patch);
        Tensor enlarged = functional.avg_pool2d(result.narrow(1, half, half), _patch / 2);
        return
        [
            functional.smooth_l1_loss(native, batch.Targets[0], beta: SmoothBelow),
            functional.smooth_l1_loss(enlarged, batch.Targets[1], beta: SmoothBelow),
        ];
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (TrainingPiece piece in _pieces)
        {
            piece.Dispose();
        }
    }

    /// <summary>
    /// Means over blocks of half a patch that lie a quarter of a patch down and right: each has the centre of a token at one of the shifts.
    /// Where a quarter is no whole number, a block is a pixel larger, and its first and last row and column count half: the mean of the
    /// four blocks that begin at the whole numbers around it.
    /// </summary>
    internal static Tensor Blocks(Tensor planes, int patch)
    {
        int low = patch / 4, high = (patch + 3) / 4, block = patch / 2, blocks = (int)(2 * planes.shape[2] / patch) - 1;
        Tensor At(int y, int x) =>
            functional.avg_pool2d(planes.narrow(2, y, blocks * block).narrow(3, x, blocks * block), block);
        return low == high ? At(low, low) : (At(low, low) + At(low, high) + At(high, low) + At(high, high)) / 4;
    }

    /// <inheritdoc/>
    protected override TrainingBatch DrawCrop(SplitMix64 random)
    {
        TrainingPiece piece = _pieces[(int)random.NextIndex(_pieces.Count)];
        long y = random.NextIndex(TrainingPiece.Cells - CropCells + 1), x = random.NextIndex(TrainingPiece.Cells - CropCells + 1);
        Tensor Part(Tensor planes, int pixels, int side) =>
            planes.narrow(1, y * pixels, side).narrow(2, x * pixels, side).to_type(ScalarType.Float32);
        return new TrainingBatch(
            Part(piece.Image, _patch, CropCells * _patch).expand(3, -1, -1),
            Part(piece.Tokens, 1, CropCells),
            [Part(piece.Native, 2, (2 * CropCells) - 1), Part(piece.Enlarged, 2, 2 * CropCells)]);
    }
}
