using System.Collections.Concurrent;
using FastSeg.Files;

namespace FastSeg.Images.Zarr;

/// <summary>
/// An OME-Zarr image, written rectangle by rectangle in any order. The thread that completes a chunk compresses and stores it; the smaller
/// sizes are made in the end. All of it lies in a hidden folder beside the store until it is whole.
/// </summary>
internal sealed class ZarrWriter : ImageWriter
{
    private readonly WrittenImage _image;
    private readonly RunFolder _folder;
    private readonly LabelGroup? _group;
    private readonly ChunkFiles _files;
    private readonly PartialChunks _partial;
    private readonly ConcurrentBag<ChunkBuffer> _buffers = [];
    private long _pixels;
    private bool _finished;
    private bool _committed;

    /// <summary>Creates the hidden folder.</summary>
    /// <param name="path">The store.</param>
    /// <param name="image">What is written.</param>
    /// <param name="group">Where the labels are listed once they have their name; null for a store of its own.</param>
    /// <exception cref="FastSegException">There is such a store already, or the folder cannot be written.</exception>
    public ZarrWriter(string path, WrittenImage image, LabelGroup? group = null)
    {
        (_image, _group) = (image, group);
        _folder = new RunFolder(path);
        _files = new ChunkFiles(image, _folder.Data);
        _partial = new PartialChunks(image, Path.Combine(_folder.Hidden, "parts"));
        try
        {
            var metadata = new MetadataWriter(image);
            for (int level = 0; level < image.Levels.Count; level++)
            {
                Put(metadata.Array(level));
            }
        }
        catch
        {
            _folder.Dispose();
            throw;
        }
    }

    public override ImageLayout Layout => _image.Layout;

    internal override IReadOnlyList<string> Warnings => _group?.Warnings ?? [];

    /// <summary>
    /// What a writer holds: a chunk and its compressed bytes for each thread and a shard that is put together; or, once all is written,
    /// what makes the smaller sizes.
    /// </summary>
    public static long HeldBytes(WrittenImage image, int threads)
    {
        long each = ChunkBuffer.Bytes(image) + ChunkFiles.ShardBytes(image);
        return (threads * each) + FinishBytes(image, threads);
    }

    /// <summary>What makes the smaller sizes.</summary>
    public static long FinishBytes(WrittenImage image, int threads) => image.Levels.Count > 1 ? Pyramid.Bytes(image, threads) : 0;

    public override long HeldBytes(int threads) => HeldBytes(_image, threads);

    internal override long FinishBytes(int threads) => FinishBytes(_image, threads);

    public override void Write(Region region, ReadOnlySpan<byte> samples) => Write(0, region, samples);

    internal override void Write(int plane, Region region, ReadOnlySpan<byte> samples)
    {
        ImageWriting.Check(Layout, region, samples.Length);
        ChunkBuffer buffer = _buffers.TryTake(out ChunkBuffer? kept) ? kept : new ChunkBuffer(_image);
        try
        {
            (int width, int height) = _image.Chunk(0);
            var all = new Region(0, 0, Layout.Width, Layout.Height);
            for (long y = region.Y / height; y * height < region.Bottom; y++)
            {
                for (long x = region.X / width; x * width < region.Right; x++)
                {
                    Region whole = new Region(x * width, y * height, width, height).Intersect(all);
                    Write(buffer, plane, y, x, whole, region, samples);
                }
            }
        }
        catch (Exception e) when (PartialFile.IsDiskFailure(e))
        {
            throw _folder.Failure(e);
        }
        finally
        {
            _buffers.Add(buffer);
        }
        Interlocked.Add(ref _pixels, region.Pixels);
    }

    public override void Commit()
    {
        Finish();
        if (!_committed)
        {
            _folder.Commit();
            _committed = true;
            _group?.Add();
        }
    }

    internal override void Finish()
    {
        if (_finished)
        {
            return;
        }
        ImageWriting.CheckComplete(Layout, Interlocked.Read(ref _pixels), _folder.Path);
        _folder.Guard(() =>
        {
            new Pyramid(_image, _folder.Data, _files).Make(
                Math.Max(1, _buffers.Count), _buffers, new ComputeOptions { Cancellation = Cancellation });
            foreach ((string File, byte[] Text) file in new MetadataWriter(_image).Image())
            {
                Put(file);
            }
        });
        _finished = true;
    }

    protected override void Dispose(bool disposing)
    {
        _partial.Dispose();
        _files.Dispose();
        foreach (ChunkBuffer buffer in _buffers)
        {
            buffer.Dispose();
        }
        _folder.Dispose();
        if (!_committed)
        {
            _group?.Leave();
        }
    }

    /// <summary>Writes what a region has of a chunk.</summary>
    private void Write(ChunkBuffer buffer, int plane, long y, long x, Region whole, Region region, ReadOnlySpan<byte> samples)
    {
        Region part = whole.Intersect(region);
        PartialChunks.Chunk? chunk = null;
        if (part != whole && (chunk = _partial.Add((plane, y, x), whole, part, region, samples, buffer)) is null)
        {
            return;
        }
        (int width, int height) = _image.Chunk(0);
        int sample = _image.SampleBytes;
        for (int page = 0; page < Layout.Pages; page++)
        {
            Span<byte> to = buffer.Samples(0);
            if (whole.Width < width || whole.Height < height)
            {
                to.Clear();
            }
            if (chunk is not null)
            {
                _partial.Take(chunk, whole, page, to);
            }
            for (int row = 0; row < whole.Height && chunk is null; row++)
            {
                PartialChunks.Row(samples, region, page, whole.X, whole.Y + row, whole.Width, sample).CopyTo(to[(row * width * sample)..]);
            }
            _files.Store(0, (plane * Layout.Pages) + page, y, x, buffer.Compress(0));
        }
        if (chunk is not null)
        {
            _partial.Free(chunk);
        }
    }

    private void Put((string File, byte[] Text) file) => _folder.Guard(() =>
    {
        string path = Path.Combine(_folder.Data, file.File);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, file.Text);
    });
}
