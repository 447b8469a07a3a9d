namespace FastSeg.Interop.Calls;

/// <summary>Checks of arguments that many functions share.</summary>
internal static unsafe class Arguments
{
    /// <summary>Refuses an output that is NULL.</summary>
    public static void Output(void* output, string what)
    {
        if (output is null)
        {
            throw CallException.Argument($"The pointer to {what} is NULL; give the address of one.");
        }
    }

    /// <summary>Refuses an index that is not below a count.</summary>
    public static int Index(int index, int count, string what) => index >= 0 && index < count
        ? index
        : throw CallException.Argument($"The index of the {what} is {index}; it must be 0 to {count - 1}.");

    /// <summary>Refuses a count below the least one.</summary>
    public static int Count(int count, int least, string what) => count >= least
        ? count
        : throw CallException.Argument($"The number of {what} is {count}; it must be at least {least}.");

    /// <summary>A field that counts bytes, of which 0 sets no limit.</summary>
    public static long Bytes(long value, string field) => value >= 0
        ? value
        : throw CallException.Argument($"The field {field} is {value}; it must be a number of bytes, or 0.");

    /// <summary>A field that is 0 or 1.</summary>
    public static bool Flag(int value, string field) => value is 0 or 1
        ? value == 1
        : throw CallException.Argument($"The field {field} is {value}; it must be 0 or 1.");

    /// <summary>A number that stands for a word.</summary>
    public static T Word<T>(int value, string field) where T : struct, Enum
    {
        T word = (T)(object)value;
        return Enum.IsDefined(word)
            ? word
            : throw CallException.Argument($"The field {field} is {value}, which is none of the numbers that fastseg.h names for it.");
    }

    /// <summary>The bytes of a file in memory.</summary>
    public static ReadOnlySpan<byte> Bytes(void* bytes, nuint length, string what)
    {
        if (bytes is null || length == 0 || length > int.MaxValue)
        {
            throw CallException.Argument(
                $"{what} has {(bytes is null ? "the address NULL and " : "")}{length} bytes; give 1 to {int.MaxValue} bytes.");
        }
        return new ReadOnlySpan<byte>(bytes, (int)length);
    }
}
