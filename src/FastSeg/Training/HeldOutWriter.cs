using FastSeg.Backends;

namespace FastSeg.Training;

/// <summary>
/// Takes the labels of a segmentation and counts them at the labelled pixels of one fold; all other labels are dropped.
/// </summary>
/// <param name="pixels">The image's labelled pixels.</param>
/// <param name="height">Rows of the image.</param>
/// <param name="isHeldOut">Whether the labelled pixel of a rank is in the fold.</param>
/// <param name="count">Called for each such pixel with its rank and its label, by one thread at a time.</param>
internal sealed class HeldOutWriter(LabelledPixels pixels, long height, Func<int, bool> isHeldOut, Action<int, int> count) : ImageWriter
{
    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public override ImageLayout Layout { get; } = new(pixels.Width, height, SampleType.UInt8) { IsLabelMap = true };

    /// <inheritdoc/>
    public override long HeldBytes(int threads) => 0;

    /// <inheritdoc/>
    public override void Write(Region region, ReadOnlySpan<byte> samples)
    {
        for (long y = region.Y; y < region.Bottom; y++)
        {
            (int first, int end) = pixels.Ranks(region.X, y, region.Width);
            ReadOnlySpan<byte> row = samples.Slice((int)((y - region.Y) * region.Width), (int)region.Width);
            lock (_gate)
            {
                for (int rank = first; rank < end; rank++)
                {
                    if (isHeldOut(rank))
                    {
                        count(rank, row[(int)(pixels.Column(rank) - region.X)]);
                    }
                }
            }
        }
    }

    /// <summary>Nothing is left to be done.</summary>
    public override void Commit()
    {
    }

    /// <summary>Holds nothing.</summary>
    protected override void Dispose(bool disposing)
    {
    }
}
