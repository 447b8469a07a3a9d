using System.Runtime.InteropServices;
using FastSeg.Native;

namespace FastSeg.Training;

/// <summary>
/// Feature rows that stay between trainings, found by page and position. They lie back to back in chunks: the last row takes the place of
/// one that is removed, so no memory is lost between them. A row's slot is its number, and changes only when rows are removed.
/// </summary>
/// <param name="planes">Features of a row.</param>
internal sealed unsafe class KeptRows(int planes) : IDisposable
{
    private const int RowsOfChunk = 1024;

    /// <summary>What finding a row takes beside its features: its owner, and its entry in a dictionary that may be half empty.</summary>
    private const int BytesBeside = 80;

    private readonly List<HostBuffer> _chunks = [];
    private readonly List<Owner> _owners = [];
    private readonly Dictionary<string, Dictionary<long, int>> _pages = new(StringComparer.Ordinal);
    private int _turn;

    /// <summary>Features of a row.</summary>
    public int Planes { get; } = planes;

    /// <summary>Rows that are kept.</summary>
    public int Count => _owners.Count;

    /// <summary>Bytes that they take.</summary>
    public long Bytes => (_chunks.Count * ChunkBytes) + ((long)Count * BytesBeside);

    private long ChunkBytes => (long)RowsOfChunk * Planes * sizeof(float);

    /// <summary>Begins a training: rows that are looked for or added from now on are newer than all others.</summary>
    public void Begin() => _turn++;

    /// <summary>The first feature of a row.</summary>
    public float* Row(int slot) => (float*)_chunks[slot / RowsOfChunk].Pointer + ((long)(slot % RowsOfChunk) * Planes);

    /// <summary>The slot of a pixel's row; -1 where there is none.</summary>
    public int Find(string page, long position)
    {
        if (!_pages.TryGetValue(page, out Dictionary<long, int>? rows) || !rows.TryGetValue(position, out int slot))
        {
            return -1;
        }
        CollectionsMarshal.AsSpan(_owners)[slot].Turn = _turn;
        return slot;
    }

    /// <summary>Makes room for the row of a pixel that has none; the caller fills it.</summary>
    public int Add(string page, long position)
    {
        int slot = Count;
        if (slot / RowsOfChunk == _chunks.Count)
        {
            _chunks.Add(new HostBuffer(ChunkBytes));
        }
        if (!_pages.TryGetValue(page, out Dictionary<long, int>? rows))
        {
            _pages.Add(page, rows = []);
        }
        rows.Add(position, slot);
        _owners.Add(new Owner(rows, position, _turn));
        return slot;
    }

    /// <summary>Removes rows until the rest takes no more than so many bytes: those that were not used for longest go first.</summary>
    public void Trim(long bytes)
    {
        if (Bytes <= bytes)
        {
            return;
        }
        // A chunk that is filled in part takes its memory as a whole.
        (long whole, long rest) = Math.DivRem(bytes, ChunkBytes + ((long)RowsOfChunk * BytesBeside));
        long left = (whole * RowsOfChunk) + Math.Max(0, (rest - ChunkBytes) / BytesBeside);
        int[] oldest = [.. Enumerable.Range(0, Count).OrderBy(slot => _owners[slot].Turn).Take((int)(Count - left))];
        Remove(oldest);
    }

    /// <summary>Removes all rows of a page.</summary>
    public void Forget(string page)
    {
        if (_pages.Remove(page, out Dictionary<long, int>? rows))
        {
            Remove([.. rows.Values]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _chunks.ForEach(chunk => chunk.Dispose());
        _chunks.Clear();
    }

    /// <summary>Removes rows by their slots.</summary>
    private void Remove(int[] slots)
    {
        // From the highest slot down, so that the row that moves into a gap is never one that is still to be removed.
        foreach (int slot in slots.OrderDescending())
        {
            int last = Count - 1;
            _owners[slot].Rows.Remove(_owners[slot].Position);
            if (slot != last)
            {
                Owner moved = _owners[last];
                new ReadOnlySpan<float>(Row(last), Planes).CopyTo(new Span<float>(Row(slot), Planes));
                _owners[slot] = moved;
                moved.Rows[moved.Position] = slot;
            }
            _owners.RemoveAt(last);
        }
        int chunks = (Count + RowsOfChunk - 1) / RowsOfChunk;
        for (int i = _chunks.Count - 1; i >= chunks; i--)
        {
            _chunks[i].Dispose();
            _chunks.RemoveAt(i);
        }
        foreach (string page in _pages.Where(pair => pair.Value.Count == 0).Select(pair => pair.Key).ToArray())
        {
            _pages.Remove(page);
        }
    }

    private struct Owner(Dictionary<long, int> rows, long position, int turn)
    {
        public readonly Dictionary<long, int> Rows = rows;
        public readonly long Position = position;
        public int Turn = turn;
    }
}
