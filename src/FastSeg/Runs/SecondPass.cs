namespace FastSeg.Runs;

/// <summary>What a plan counts for a second pass over the tiles, which reads what the first one left.</summary>
/// <param name="Area">The region that the second pass covers, inside the first one's.</param>
/// <param name="WorkerBytes">Bytes of a worker's buffers, given the largest core inside the area.</param>
/// <param name="StoredBytes">Bytes that the first pass leaves, in memory or on the disk.</param>
internal sealed record SecondPass(Region Area, Func<Region, long> WorkerBytes, long StoredBytes)
{
    /// <summary>
    /// Most bytes that stay in memory where no memory limit is set. A file costs little time (six bytes for each pixel of three classes),
    /// and the peak of memory stays one that does not grow with the image.
    /// </summary>
    public const long MostInMemory = 256L << 20;
}
