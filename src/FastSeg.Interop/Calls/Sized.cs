namespace FastSeg.Interop.Calls;

/// <summary>
/// Structs that begin with their size. A caller that was compiled with a newer header gives a longer one, whose unknown fields must be
/// zero. One that is shorter than what this header has is refused: there is no older header yet.
/// </summary>
internal static unsafe class Sized
{
    /// <summary>Far above any struct; a larger number is no size.</summary>
    private const nuint Most = 1 << 20;

    /// <summary>A copy of what the caller gave.</summary>
    /// <param name="from">The caller's struct.</param>
    /// <param name="type">What fastseg.h calls it.</param>
    public static T Read<T>(T* from, string type) where T : unmanaged => Copy<T>((byte*)from, CheckedSize(from, type), type);

    /// <summary>The element of a list of which each has the size of the first.</summary>
    public static T Element<T>(T* first, int index, string type) where T : unmanaged
    {
        nuint size = CheckedSize(first, type);
        return Copy<T>((byte*)first + ((nuint)index * size), size, type);
    }

    /// <summary>Fills the caller's struct, whose size is set.</summary>
    public static void Write<T>(T* to, T value, string type) where T : unmanaged => Write((byte*)to, CheckedSize(to, type), value);

    /// <summary>Fills an element of a list of which each has the size of the first.</summary>
    public static void WriteElement<T>(T* first, int index, T value, string type) where T : unmanaged
    {
        nuint size = CheckedSize(first, type);
        Write((byte*)first + ((nuint)index * size), size, value);
    }

    /// <summary>Fills a struct of a given size, which need not be set yet.</summary>
    public static void Initialise<T>(T* to, nuint size, T value, string type) where T : unmanaged
    {
        CheckPointer(to, type);
        CheckSize<T>(size, type);
        Write((byte*)to, size, value);
    }

    private static T Copy<T>(byte* from, nuint size, string type) where T : unmanaged
    {
        for (nuint i = (nuint)sizeof(T); i < size; i++)
        {
            if (from[i] != 0)
            {
                throw CallException.Argument(
                    $"The {type} has fields that this version of FastSeg does not know, and they are set; leave them zero, "
                    + "or update FastSeg.");
            }
        }
        return *(T*)from;
    }

    private static void Write<T>(byte* to, nuint size, T value) where T : unmanaged
    {
        *(T*)to = value;
        new Span<byte>(to + sizeof(T), (int)(size - (nuint)sizeof(T))).Clear();
        *(nuint*)to = size;
    }

    private static nuint CheckedSize<T>(T* given, string type) where T : unmanaged
    {
        CheckPointer(given, type);
        return CheckSize<T>(*(nuint*)given, type);
    }

    private static void CheckPointer(void* given, string type)
    {
        if (given is null)
        {
            throw CallException.Argument($"The pointer to the {type} is NULL; give the address of one.");
        }
    }

    private static nuint CheckSize<T>(nuint size, string type) where T : unmanaged => size >= (nuint)sizeof(T) && size <= Most
        ? size
        : throw CallException.Argument($"The size of the {type} is {size}; it must be sizeof({type}), which is {sizeof(T)} here.");
}
