using System.Collections.Concurrent;
using FastSeg.Files;
using FastSeg.Files.Runs;

namespace FastSeg.Images.Zarr;

/// <summary>
/// An OME-Zarr image, written rectangle by rectangle in any order. The thread that completes a chunk compresses and stores it; the smaller
/// sizes are made in the end. All of it lies in a hidden folder beside the store until it is whole.
/// </summary>
internal sealed class ZarrWriter : ImageWriter
{
    /// <summary>How the name of the file ends that says what is written, beside the data of a run that can go on.</summary>
    public const string Description = ".json";

    private readonly WrittenImage _image;
    private readonly RunFolder? _owned;
    private readonly RunPart _part;
    private readonly WantedUnits _wanted;
    private readonly LabelGroup? _group;
    private readonly ChunkFiles _files;
    private readonly PartialChunks _partial;
    private readonly ConcurrentBag<ChunkBuffer> _buffers = [];
    private long _pixels;
    private bool _finished;
    private bool _committed;

    /// <summary>Creates the hidden folder, or writes into one that the results of a run share.</summary>
    /// <param name="path">The store.</param>
    /// <param name="image">What is written.</param>
    /// <param name="group">Where the labels are listed once they have their name; null for a store of its own.</param>
    /// <param name="folder">The run's folder, which stays the caller's; null where the store has one of its own.</param>
    /// <exception cref="FastSegException">There is such a store already, or the folder cannot be written.</exception>
    public ZarrWriter(string path, WrittenImage image, LabelGroup? group = null, RunFolder? folder = null)
    {
        image = folder?.Run is { } run ? image with { Run = run.Recorded.Parts } : image;
        (_image, _group) = (image, group);
        _owned = folder is null ? new RunFolder(path) : null;
        try
        {
            _part = (folder ?? _owned)!.Add(path);
            _files = new ChunkFiles(image, _part);
            _wanted = new WantedUnits(_part, (Layout.Width, Layout.Height, Layout.Planes), image.FileSize, IsKept);
            _partial = new PartialChunks(image, Path.Combine(_part.Folder.Hidden, "parts"));
            if (_part.IsCommitted)
            {
                _finished = true;
                return;
            }
            if (_part.Folder.Journal is not null)
            {
                Put((_part.Data + Description, image.ToJson()));
            }
            var metadata = new MetadataWriter(image);
            for (int level = 0; level < image.Levels.Count; level++)
            {
                Put(metadata.Array(level));
            }
        }
        catch
        {
            _owned?.Dispose();
            throw;
        }
    }

    public override ImageLayout Layout => _image.Layout;

    /// <summary>Threads that make the smaller sizes, where nothing was written before.</summary>
    public int Threads { get; set; } = 1;

    /// <summary>Files of the largest size, of one page.</summary>
    public int FileCount => _wanted.Count;

    /// <summary>Whether one of these files, by number, must still be written.</summary>
    public bool Lacks(long from, long to)
    {
        bool lacks = false;
        for (long i = from; i < to && !lacks; i++)
        {
            lacks = _wanted[i];
        }
        return lacks && !_part.IsCommitted;
    }

    internal override (long Width, long Height)? Units => _part.Folder.Journal is null ? null : _image.FileSize;

    internal override bool Lacks(int plane, Region region) => !_part.IsCommitted && _wanted.Any(plane, region);

    internal override long LeftOut => _part.IsCommitted ? Layout.Width * Layout.Height * Layout.Planes : _wanted.LeftOut;

    internal override ImageReader OpenWritten(int plane, int threads) => Pyramid.Open(
        _image, _part.IsCommitted ? _part.Path : _part.Data, 0, plane * Layout.Pages, threads);

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

    /// <summary>What putting an image together holds that others wrote: what makes the smaller sizes, and buffers for chunks.</summary>
    public long HeldBytesToFinish(int threads) =>
        (threads * (ChunkBuffer.Bytes(_image) + ChunkFiles.ShardBytes(_image))) + Pyramid.Bytes(_image, threads);

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
                    if (_wanted.Any(plane, whole))
                    {
                        Write(buffer, plane, y, x, whole, region, samples);
                        Interlocked.Add(ref _pixels, whole.Intersect(region).Pixels);
                    }
                }
            }
        }
        catch (Exception e) when (PartialFile.IsDiskFailure(e))
        {
            throw _part.Folder.Failure(e);
        }
        finally
        {
            _buffers.Add(buffer);
        }
    }

    public override void Commit()
    {
        Finish();
        if (!_committed && _part.Folder.Block is null)
        {
            _part.Commit();
            _group?.Add();
            _committed = true;
        }
    }

    internal override void Finish()
    {
        if (_finished)
        {
            return;
        }
        ImageWriting.CheckComplete(Layout, Interlocked.Read(ref _pixels) + _wanted.LeftOut, _part.Path);
        if (_part.Folder.Block is null)
        {
            _part.Folder.Guard(PutTogether);
        }
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
        _owned?.Dispose();
        if (_owned is not null && !_committed)
        {
            _group?.Leave();
        }
    }

    /// <summary>Makes the smaller sizes and the image's own metadata.</summary>
    private void PutTogether()
    {
        _files.Sweep();
        new Pyramid(_image, _part.Data, _files).Make(
            Math.Max(Threads, _buffers.Count), _buffers, new ComputeOptions { Cancellation = Cancellation });
        foreach ((string File, byte[] Text) file in new MetadataWriter(_image).Image())
        {
            Put(file);
        }
    }

    /// <summary>Whether an earlier start wrote a file of the largest size, of every page of a plane.</summary>
    private bool IsKept(int plane, long y, long x)
    {
        for (int page = 0; page < Layout.Pages; page++)
        {
            if (_part.Kept(ChunkFiles.UnitOf(_image.FileOf(0, (plane * Layout.Pages) + page, y, x))) is null)
            {
                return false;
            }
        }
        return true;
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

    /// <summary>Writes a file of metadata; blocks of one run write the same, perhaps at once.</summary>
    private void Put((string File, byte[] Text) file) => _part.Folder.Guard(() =>
    {
        string path = Path.Combine(_part.Data, file.File), written = $"{path}.{Guid.NewGuid():N}~";
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(written, file.Text);
        File.Move(written, path, overwrite: true);
    });
}
