using FastSeg.Files;

namespace FastSeg.Images.Zarr;

/// <summary>
/// Chunks of level 0 of which only parts have been written yet. Their parts wait in a file without a name, so that a row of wide chunks
/// takes no memory; the place of a chunk that is complete is used again. Several threads may add parts at once.
/// </summary>
/// <param name="image">What is written.</param>
/// <param name="path">Where the file is made.</param>
internal sealed class PartialChunks(WrittenImage image, string path) : IDisposable
{
    private readonly Dictionary<(int Plane, long Y, long X), Chunk> _chunks = [];
    private readonly Stack<long> _free = [];
    private OutputFile? _file;
    private long _places;

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty => _chunks.Count == 0;

    /// <summary>A chunk that is not complete.</summary>
    /// <param name="place">Number of its place in the file.</param>
    /// <param name="missing">Pixels that have not come.</param>
    internal sealed class Chunk(long place, long missing)
    {
        public long Place { get; } = place;

        public long Missing { get; set; } = missing;

        public long End { get; set; }

        /// <summary>The parts, and where each one's samples are, page behind page.</summary>
        public List<(Region Region, long Offset)> Parts { get; } = [];
    }

    private long PlaceBytes => image.ChunkBytes * image.Layout.Pages;

    /// <summary>Keeps a part of a chunk.</summary>
    /// <param name="number">The chunk's plane, and its number down and across.</param>
    /// <param name="whole">Its pixels.</param>
    /// <param name="part">Those that are added.</param>
    /// <param name="region">The pixels of <paramref name="samples"/>.</param>
    /// <param name="samples">Page by page, row by row.</param>
    /// <param name="buffer">Memory for a chunk.</param>
    /// <returns>The chunk, where this was its last part; the caller takes its pages with <see cref="Take"/>.</returns>
    public Chunk? Add(
        (int Plane, long Y, long X) number, Region whole, Region part, Region region, ReadOnlySpan<byte> samples, ChunkBuffer buffer)
    {
        int sample = image.SampleBytes;
        long bytes = part.Pixels * sample, offset;
        Chunk? chunk;
        lock (_chunks)
        {
            _file ??= new OutputFile(path, spool: true);
            if (!_chunks.TryGetValue(number, out chunk))
            {
                long place = _free.Count > 0 ? _free.Pop() : _places++;
                _chunks.Add(number, chunk = new Chunk(place, whole.Pixels));
            }
            offset = (chunk.Place * PlaceBytes) + chunk.End;
            chunk.End += bytes * image.Layout.Pages;
            chunk.Parts.Add((part, offset));
        }
        Span<byte> gathered = buffer.Samples(0)[..(int)bytes];
        for (int page = 0; page < image.Layout.Pages; page++)
        {
            for (int row = 0; row < part.Height; row++)
            {
                Row(samples, region, page, part.X, part.Y + row, part.Width, sample).CopyTo(gathered[(int)(row * part.Width * sample)..]);
            }
            _file.Write(offset + (page * bytes), gathered);
        }
        lock (_chunks)
        {
            chunk.Missing -= part.Pixels;
            if (chunk.Missing > 0)
            {
                return null;
            }
            _chunks.Remove(number);
            return chunk;
        }
    }

    /// <summary>Puts a page of a complete chunk together.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="whole">Its pixels.</param>
    /// <param name="page">The page.</param>
    /// <param name="to">The chunk's samples, as many as a whole chunk has; what lies outside the image is 0 already.</param>
    public void Take(Chunk chunk, Region whole, int page, Span<byte> to)
    {
        int sample = image.SampleBytes, width = image.Chunk(0).Width;
        foreach ((Region part, long offset) in chunk.Parts)
        {
            long bytes = part.Pixels * sample, first = offset + (page * bytes);
            for (long row = 0; row < part.Height; row++)
            {
                long at = (((part.Y - whole.Y + row) * width) + part.X - whole.X) * sample;
                _file!.Read(first + (row * part.Width * sample), to.Slice((int)at, (int)(part.Width * sample)));
            }
        }
    }

    /// <summary>Gives a complete chunk's place to others.</summary>
    public void Free(Chunk chunk)
    {
        lock (_chunks)
        {
            _free.Push(chunk.Place);
        }
    }

    /// <summary>A row of samples.</summary>
    /// <param name="samples">Page by page, row by row.</param>
    /// <param name="region">Their pixels.</param>
    /// <param name="page">The page.</param>
    /// <param name="x">The first column.</param>
    /// <param name="y">The row.</param>
    /// <param name="width">Columns.</param>
    /// <param name="sample">Bytes of a sample.</param>
    public static ReadOnlySpan<byte> Row(ReadOnlySpan<byte> samples, Region region, int page, long x, long y, long width, int sample)
    {
        long at = ((((page * region.Height) + y - region.Y) * region.Width) + x - region.X) * sample;
        return samples.Slice(checked((int)at), (int)(width * sample));
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();
}
