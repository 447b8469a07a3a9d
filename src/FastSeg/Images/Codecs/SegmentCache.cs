using FastSeg.Native;

namespace FastSeg.Images.Codecs;

/// <summary>
/// Decoded segments of an image (strips and tiles of a TIFF, chunks of a Zarr), shared by the threads that read it. The first thread that
/// wants a segment decodes it; then it is kept until its memory is needed for another one, and the least recently used goes first. All
/// segments have the same size.
/// </summary>
internal sealed class SegmentCache : IDisposable
{
    /// <summary>What keeping a segment takes besides its bytes, rounded up.</summary>
    public const long SlotBytes = 512;

    private readonly object _gate = new();

    /// <summary>The slot of each segment that is decoded or being decoded.</summary>
    private readonly Dictionary<long, Slot> _held = [];

    /// <summary>Slots that no thread uses, in the order in which they are given to other segments.</summary>
    private readonly LinkedList<Slot> _idle = [];

    /// <summary>Every slot that was ever allocated.</summary>
    private readonly List<Slot> _all = [];

    private readonly long _segmentBytes;
    private readonly int _budget;

    /// <summary>Creates an empty cache, which allocates memory as segments come.</summary>
    /// <param name="segmentBytes">Bytes of a decoded segment.</param>
    /// <param name="budget">How many segments are kept. More are held only while more are in use at once.</param>
    public SegmentCache(long segmentBytes, int budget)
    {
        _segmentBytes = segmentBytes;
        _budget = budget;
    }

    /// <summary>Memory for one segment.</summary>
    public sealed class Slot
    {
        internal Slot(HostBuffer buffer)
        {
            Buffer = buffer;
            Node = new LinkedListNode<Slot>(this);
        }

        /// <summary>The decoded samples.</summary>
        public HostBuffer Buffer { get; }

        /// <summary>Its place in the list of idle slots.</summary>
        internal LinkedListNode<Slot> Node { get; }

        /// <summary>Number of the segment it holds; -1 after a failure.</summary>
        internal long Index { get; set; }

        /// <summary>Threads that have acquired it and not released it.</summary>
        internal int Users { get; set; }

        /// <summary>Whether the segment is decoded.</summary>
        internal bool Ready { get; set; }

        /// <summary>Why it could not be decoded.</summary>
        internal FastSegException? Failure { get; set; }
    }

    /// <summary>How many segments have been handed out to be decoded so far.</summary>
    public long Decoded { get; private set; }

    /// <summary>Most bytes that are allocated, beyond those held now, while <paramref name="threads"/> threads read.</summary>
    public long HeldBytes(int threads, long segments)
    {
        lock (_gate)
        {
            return Math.Max(0, Math.Min(segments, Math.Max(_budget, threads)) - _all.Count) * (_segmentBytes + SlotBytes);
        }
    }

    /// <summary>Whether a segment is decoded, or is being decoded. It may be gone a moment later.</summary>
    public bool Holds(long index)
    {
        lock (_gate)
        {
            return _held.ContainsKey(index);
        }
    }

    /// <summary>
    /// Gives the slot of a segment to the caller, who must <see cref="Release"/> it. Where <paramref name="decode"/> comes back true, the
    /// caller fills the slot and then calls <see cref="Publish"/> or <see cref="Fail"/>; otherwise it calls <see cref="Wait"/> first.
    /// </summary>
    /// <returns>The slot; null where another thread is decoding the segment and <paramref name="wait"/> is false.</returns>
    public Slot? Acquire(long index, bool wait, out bool decode)
    {
        lock (_gate)
        {
            decode = false;
            if (_held.TryGetValue(index, out Slot? slot))
            {
                if (!slot.Ready && !wait)
                {
                    return null;
                }
                if (slot.Users++ == 0)
                {
                    _idle.Remove(slot.Node);
                }
                return slot;
            }
            slot = Free();
            slot.Index = index;
            slot.Users = 1;
            slot.Ready = false;
            slot.Failure = null;
            _held[index] = slot;
            decode = true;
            Decoded++;
            return slot;
        }
    }

    /// <summary>Tells the threads that wait that the segment is decoded.</summary>
    public void Publish(Slot slot)
    {
        lock (_gate)
        {
            slot.Ready = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>
    /// Tells the threads that wait that the segment cannot be decoded, and forgets it: the next thread that wants it tries again.
    /// </summary>
    public void Fail(Slot slot, FastSegException failure)
    {
        lock (_gate)
        {
            slot.Failure = failure;
            _held.Remove(slot.Index);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits for the thread that decodes the segment.</summary>
    /// <exception cref="FastSegException">It could not be decoded.</exception>
    public void Wait(Slot slot)
    {
        lock (_gate)
        {
            while (!slot.Ready && slot.Failure is null)
            {
                Monitor.Wait(_gate);
            }
            if (slot.Failure is not null)
            {
                throw new FastSegException(slot.Failure.Message, slot.Failure);
            }
        }
    }

    /// <summary>Hands the slot back; its segment stays for the next reader.</summary>
    public void Release(Slot slot)
    {
        lock (_gate)
        {
            if (--slot.Users > 0)
            {
                return;
            }
            if (slot.Failure is null)
            {
                _idle.AddLast(slot.Node);
            }
            else
            {
                // The slot holds no segment, so its memory is the first to be used again.
                slot.Index = -1;
                _idle.AddFirst(slot.Node);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Slot slot in _all)
        {
            slot.Buffer.Dispose();
        }
    }

    /// <summary>A slot for another segment: the one idle for longest where the budget is used up, otherwise a new one.</summary>
    private Slot Free()
    {
        if (_all.Count >= _budget && _idle.First is { } node)
        {
            _idle.Remove(node);
            if (_held.TryGetValue(node.Value.Index, out Slot? held) && held == node.Value)
            {
                _held.Remove(node.Value.Index);
            }
            return node.Value;
        }
        var slot = new Slot(new HostBuffer(_segmentBytes));
        _all.Add(slot);
        return slot;
    }
}
