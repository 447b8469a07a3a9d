using FastSeg.Deep.Tokens;
using TorchSharp;
using static TorchSharp.torch;

namespace FastSeg.Learning.Pieces;

/// <summary>What an upsampler is trained on: batches of crops, and how far a result is from what is wanted.</summary>
internal abstract class TrainingData : IDisposable
{
    /// <summary>Crops of a batch.</summary>
    public const int BatchCrops = 4;

    /// <summary>Cells of a crop's side.</summary>
    public const int CropCells = 12;

    /// <summary>Names of the parts that the loss is the sum of.</summary>
    public abstract IReadOnlyList<string> Parts { get; }

    /// <summary>Draws a batch; its tensors belong to the caller's dispose scope.</summary>
    public TrainingBatch Draw(SplitMix64 random)
    {
        TrainingBatch[] crops = [.. Enumerable.Range(0, BatchCrops).Select(_ => DrawCrop(random).Turned((int)random.NextIndex(8)))];
        return new TrainingBatch(
            stack(crops.Select(crop => crop.Image)), stack(crops.Select(crop => crop.Features)),
            [.. crops[0].Targets.Select((_, i) => stack(crops.Select(crop => crop.Targets[i])))]);
    }

    /// <summary>The parts of the loss, by the order of <see cref="Parts"/>.</summary>
    public abstract Tensor[] Losses(Tensor result, TrainingBatch batch);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Draws one crop: an image of 3 colours in 0..1, features and targets, each channels x rows x columns.</summary>
    protected abstract TrainingBatch DrawCrop(SplitMix64 random);
}

/// <summary>Crops with what is wanted of them.</summary>
/// <param name="Image">Images in 0..1.</param>
/// <param name="Features">Their features at low resolution.</param>
/// <param name="Targets">What is wanted.</param>
internal sealed record TrainingBatch(Tensor Image, Tensor Features, IReadOnlyList<Tensor> Targets)
{
    /// <summary>The same, mirrored or turned in one of the eight ways in which a square fits itself.</summary>
    public TrainingBatch Turned(int way) => new(Turn(Image, way), Turn(Features, way), [.. Targets.Select(target => Turn(target, way))]);

    private static Tensor Turn(Tensor planes, int way)
    {
        Tensor turned = (way & 1) == 0 ? planes : planes.transpose(1, 2);
        turned = (way & 2) == 0 ? turned : turned.flip(1);
        return (way & 4) == 0 ? turned : turned.flip(2);
    }
}
