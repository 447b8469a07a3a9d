namespace FastSeg.Interop.Calls;

/// <summary>
/// Objects behind handles. A handle is a number that says which slot and which generation of it, and is never read through: once a slot is
/// released, its handles are stale for ever. All methods may be called from any thread.
/// </summary>
/// <typeparam name="T">The objects.</typeparam>
/// <param name="name">What sentences call such a handle.</param>
/// <param name="kind">1 to 15; other kinds' handles are foreign.</param>
internal sealed class HandleTable<T>(string name, int kind) where T : class
{
    private const int KindBits = 4, SlotBits = 20, UserBits = 24, MostSlots = 1 << SlotBits;
    private const long UserMask = (1L << UserBits) - 1;

    private readonly Lock _growing = new();
    private readonly Stack<int> _free = new();
    private volatile Slot[] _slots = [];

    /// <summary>One place for an object: its generation and how many calls are using it, in one number; and the object.</summary>
    private sealed class Slot
    {
        public long State = 1L << UserBits;
        public T? Value;

        public long Generation => Volatile.Read(ref State) >>> UserBits;
    }

    /// <summary>Takes an object and returns its handle.</summary>
    public nint Add(T value)
    {
        lock (_growing)
        {
            if (_free.Count == 0)
            {
                Grow();
            }
            int index = _free.Pop();
            Slot slot = _slots[index];
            slot.Value = value;
            return (nint)((slot.Generation << (KindBits + SlotBits)) | ((long)index << KindBits) | (long)kind);
        }
    }

    /// <summary>The object of a handle, for one call among others; <see cref="HandleUse{T}"/> gives it back.</summary>
    /// <exception cref="CallException">There is none.</exception>
    public HandleUse<T> Use(nint handle) => Enter(handle, alone: false);

    /// <summary>The object of a handle, for one call alone.</summary>
    /// <exception cref="CallException">There is none, or another call uses it.</exception>
    public HandleUse<T> UseAlone(nint handle) => Enter(handle, alone: true);

    /// <summary>Forgets a handle, and returns what was behind it.</summary>
    /// <exception cref="CallException">There is nothing behind it, or a call uses it.</exception>
    public T Release(nint handle)
    {
        (Slot slot, long free) = Find(handle);
        // The count of users stays at its largest while the object is taken out, so nobody can come in.
        long seen = Interlocked.CompareExchange(ref slot.State, free | UserMask, free);
        if (seen != free)
        {
            throw seen >>> UserBits == free >>> UserBits ? Busy() : Stale();
        }
        T? value = slot.Value;
        slot.Value = null;
        Volatile.Write(ref slot.State, free + UserMask + 1);
        lock (_growing)
        {
            _free.Push((int)((handle >>> KindBits) & (MostSlots - 1)));
        }
        return value ?? throw Stale();
    }

    /// <summary>Gives an object back after a call.</summary>
    internal void Leave(nint handle) =>
        Interlocked.Decrement(ref _slots[(int)((handle >>> KindBits) & (MostSlots - 1))].State);

    private HandleUse<T> Enter(nint handle, bool alone)
    {
        (Slot slot, long free) = Find(handle);
        long state = alone ? free : Volatile.Read(ref slot.State);
        while (true)
        {
            long users = state & UserMask;
            if (state >>> UserBits != free >>> UserBits)
            {
                throw Stale();
            }
            if (users == UserMask || (alone && users > 0))
            {
                throw Busy();
            }
            long seen = Interlocked.CompareExchange(ref slot.State, state + 1, state);
            if (seen == state)
            {
                return new HandleUse<T>(this, handle, slot.Value!);
            }
            state = seen;
        }
    }

    /// <summary>The slot of a handle, and its state when nobody uses it in the handle's generation.</summary>
    private (Slot Slot, long Free) Find(nint handle)
    {
        if (handle == 0)
        {
            throw new CallException(Status.InvalidHandle, $"The {name} is NULL; give the handle of an open one.");
        }
        long index = (handle >>> KindBits) & (MostSlots - 1);
        Slot[] slots = _slots;
        if ((handle & ((1 << KindBits) - 1)) != kind || index >= slots.Length)
        {
            throw new CallException(
                Status.InvalidHandle, $"0x{handle:x} is no handle of a {name}; give one that a call of this library set.");
        }
        Slot slot = slots[index];
        long generation = handle >>> (KindBits + SlotBits);
        return slot.Generation == generation && slot.Value is not null ? (slot, generation << UserBits) : throw Stale();
    }

    private void Grow()
    {
        int count = _slots.Length;
        if (count >= MostSlots)
        {
            throw new CallException(Status.Failed, $"There are {count} handles of a {name} already; release those that are not needed.");
        }
        Slot[] more = new Slot[Math.Max(16, count * 2)];
        _slots.CopyTo(more, 0);
        for (int i = more.Length - 1; i >= count; i--)
        {
            more[i] = new Slot();
            _free.Push(i);
        }
        _slots = more;
    }

    private CallException Busy() =>
        new(Status.Busy, $"Another call is using this {name}; wait for it, or give each thread a {name} of its own.");

    private CallException Stale() => new(Status.InvalidHandle, $"The {name} was released; give the handle of an open one.");
}
