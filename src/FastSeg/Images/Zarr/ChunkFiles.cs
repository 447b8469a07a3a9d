using System.Buffers.Binary;
using FastSeg.Files.Runs;
using FastSeg.Images.Codecs;
using FastSeg.Native;
using Microsoft.Win32.SafeHandles;

namespace FastSeg.Images.Zarr;

/// <summary>
/// The files of an image's chunks: one for each chunk, or one for each shard. Each gets its name when it is whole. Several threads may
/// store chunks at once.
/// </summary>
/// <param name="image">What is written.</param>
/// <param name="part">Where it grows, and what keeps a journal of the files of the largest size.</param>
internal sealed class ChunkFiles(WrittenImage image, RunPart part) : IDisposable
{
    /// <summary>How the names of files end that are not whole: those of a shard's chunks, and those that are being written.</summary>
    private const string Unfinished = ".part", Written = "~";

    /// <summary>
    /// What names have behind them: two processes that do the same block, one of them given up for dead, must not write into one file.
    /// </summary>
    private readonly string _own = $".{Guid.NewGuid():N}";

    private readonly Dictionary<string, Shard> _shards = [];

    /// <summary>Stores a chunk; a shard is written when its last chunk is there, whatever the order.</summary>
    /// <param name="level">The chunk's level.</param>
    /// <param name="page">Its page.</param>
    /// <param name="y">Its number down.</param>
    /// <param name="x">Its number across.</param>
    /// <param name="stored">Its bytes.</param>
    public void Store(int level, int page, long y, long x, ReadOnlySpan<byte> stored)
    {
        if (!image.IsVersion3)
        {
            Whole(level, image.FileOf(level, page, y, x), stored);
            return;
        }
        (long across, long down) = image.Shard(level);
        string file = image.FileOf(level, page, y / down, x / across), path = PathOf(file);
        Shard? shard;
        lock (_shards)
        {
            if (!_shards.TryGetValue(path, out shard))
            {
                (long allAcross, long allDown) = image.Chunks(level);
                long expected = Math.Min(down, allDown - (y / down * down)) * Math.Min(across, allAcross - (x / across * across));
                _shards.Add(path, shard = new Shard(path + _own + Unfinished, (int)(across * down), (int)expected));
            }
        }
        if (shard.Add((int)(((y % down) * across) + (x % across)), stored))
        {
            using (shard)
            {
                using HostBuffer all = shard.Assemble();
                Whole(level, file, all.Span<byte>(0, (int)all.Length));
            }
            lock (_shards)
            {
                _shards.Remove(path);
            }
        }
    }

    /// <summary>Bytes that are held while a shard is put together.</summary>
    public static long ShardBytes(WrittenImage image) =>
        image.IsVersion3 ? WrittenImage.ShardSide * WrittenImage.ShardSide * ChunkCodecs.MostStored(image.ChunkBytes) : 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Shard shard in _shards.Values)
        {
            shard.Dispose();
        }
    }

    /// <summary>The path of a file, whose folder is made.</summary>
    private string PathOf(string file)
    {
        string path = Path.Combine(part.Data, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    /// <summary>What a file is called in the journal.</summary>
    public static string UnitOf(string file) => $"/{file}";

    /// <summary>Removes what killed processes were writing.</summary>
    public void Sweep()
    {
        if (!Directory.Exists(part.Data))
        {
            return;
        }
        foreach (string path in Directory.EnumerateFiles(part.Data, "*", SearchOption.AllDirectories).Where(IsUnfinished).ToList())
        {
            File.Delete(path);
        }
    }

    private static bool IsUnfinished(string path) =>
        path.EndsWith(Written, StringComparison.Ordinal) || path.EndsWith(Unfinished, StringComparison.Ordinal);

    private void Whole(int level, string file, ReadOnlySpan<byte> bytes)
    {
        string path = PathOf(file), written = path + _own + Written;
        using (SafeFileHandle handle = File.OpenHandle(written, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(handle, bytes, 0);
        }
        part.Folder.CheckLock();
        File.Move(written, path, overwrite: true);
        if (level == 0)
        {
            part.Add(UnitOf(file), bytes);
        }
    }

    /// <summary>
    /// A shard whose chunks have not all come. They wait in a file, in the order in which they come; a shard has them in their own, so that
    /// its bytes do not depend on threads.
    /// </summary>
    private sealed class Shard : IDisposable
    {
        private readonly string _path;
        private readonly SafeFileHandle _file;
        private readonly (long Offset, int Count)[] _chunks;
        private int _missing;
        private long _end;

        public Shard(string path, int chunks, int expected)
        {
            (_path, _missing) = (path, expected);
            _chunks = new (long, int)[chunks];
            Array.Fill(_chunks, (-1, 0));
            _file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite);
        }

        /// <summary>Keeps a chunk; true where it was the last one.</summary>
        public bool Add(int number, ReadOnlySpan<byte> stored)
        {
            long at = Interlocked.Add(ref _end, stored.Length) - stored.Length;
            RandomAccess.Write(_file, stored, at);
            _chunks[number] = (at, stored.Length);
            return Interlocked.Decrement(ref _missing) == 0;
        }

        /// <summary>The chunks in their order, and the index behind them.</summary>
        public HostBuffer Assemble()
        {
            int index = _chunks.Length * ShardLayout.EntryBytes;
            var shard = new HostBuffer(checked((int)_end + index + ChunkCodecs.ChecksumBytes));
            try
            {
                Fill(shard, index);
                return shard;
            }
            catch
            {
                shard.Dispose();
                throw;
            }
        }

        public void Dispose()
        {
            _file.Dispose();
            File.Delete(_path);
        }

        private void Fill(HostBuffer shard, int index)
        {
            Span<byte> all = shard.Span<byte>(0, (int)shard.Length), entries = all.Slice((int)_end, index);
            int at = 0;
            for (int i = 0; i < _chunks.Length; i++)
            {
                (long offset, int count) = _chunks[i];
                Span<byte> entry = entries[(i * ShardLayout.EntryBytes)..];
                BinaryPrimitives.WriteUInt64LittleEndian(entry, offset < 0 ? ulong.MaxValue : (ulong)at);
                BinaryPrimitives.WriteUInt64LittleEndian(entry[sizeof(ulong)..], offset < 0 ? ulong.MaxValue : (ulong)count);
                if (offset >= 0)
                {
                    Read(offset, all.Slice(at, count));
                    at += count;
                }
            }
            BinaryPrimitives.WriteUInt32LittleEndian(all[((int)_end + index)..], ChunkCodecs.Checksum(entries));
        }

        private void Read(long offset, Span<byte> to)
        {
            for (int done = 0; done < to.Length;)
            {
                int got = RandomAccess.Read(_file, to[done..], offset + done);
                done += got > 0 ? got : throw new EndOfStreamException($"{_path} was cut at byte {offset + done}");
            }
        }
    }
}
