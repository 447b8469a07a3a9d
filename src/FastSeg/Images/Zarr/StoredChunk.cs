using FastSeg.Files;

namespace FastSeg.Images.Zarr;

/// <summary>Where a chunk's bytes are: a file of its own, or a part of a shard.</summary>
/// <param name="File">The open file, closed with this.</param>
/// <param name="Offset">The first byte.</param>
/// <param name="Count">How many there are.</param>
internal sealed record StoredChunk(InputFile File, long Offset, long Count) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => File.Dispose();
}
