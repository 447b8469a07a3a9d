using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU;

namespace FastSeg.Tests.Gpu.Ptx;

/// <summary>
/// The bytes of a launch's parameters, as a GPU gets them: structures field by field, a view as its address and its length, each on a
/// multiple of its size. The views become the buffers of the machine.
/// </summary>
internal sealed class PtxArguments
{
    private readonly List<string> _path = [];

    private PtxArguments(int bytes) => Bytes = new byte[bytes];

    public byte[] Bytes { get; }

    public PtxMemory Memory { get; } = new();

    /// <summary>The buffers of a launch: name, first byte, length.</summary>
    public List<(string Name, nint First, long Bytes)> Buffers { get; } = [];

    /// <summary>Lays out the arguments of a kernel.</summary>
    public static PtxArguments Of(PtxProgram program, MethodInfo kernel, IReadOnlyList<object> arguments)
    {
        var result = new PtxArguments(program.ParameterBytes);
        ParameterInfo[] parameters = kernel.GetParameters();
        if (parameters.Length != program.Parameters.Count)
        {
            throw new PtxException($"{kernel.Name} has {parameters.Length} parameters, its PTX {program.Parameters.Count}.");
        }
        for (int i = 0; i < parameters.Length; i++)
        {
            PtxArray place = program.Parameters[i].Value;
            result._path.Add(parameters[i].Name!);
            int end = Aligned(result.Put(arguments[i], place.Offset), AlignmentOf(arguments[i].GetType()));
            result._path.Clear();
            if (end != place.Offset + place.Bytes)
            {
                throw new PtxException($"{kernel.Name}: {parameters[i].Name} has {end - place.Offset} bytes, in PTX {place.Bytes}.");
            }
        }
        return result;
    }

    /// <summary>Puts a value at the next place from an offset on, and returns the end.</summary>
    private int Put(object value, int offset)
    {
        Type type = value.GetType();
        offset = Aligned(offset, AlignmentOf(type));
        if (value is IContiguousArrayView view)
        {
            BitConverter.TryWriteBytes(Bytes.AsSpan(offset), Address(view));
            BitConverter.TryWriteBytes(Bytes.AsSpan(offset + sizeof(long)), view.Length);
            return offset + (2 * sizeof(long));
        }
        if (type.IsPrimitive)
        {
            byte[] bytes = value switch
            {
                int number => BitConverter.GetBytes(number),
                long number => BitConverter.GetBytes(number),
                float number => BitConverter.GetBytes(number),
                _ => throw new PtxException($"No kernel took a {type.Name} so far: {string.Join('.', _path)}."),
            };
            bytes.CopyTo(Bytes, offset);
            return offset + bytes.Length;
        }
        foreach (FieldInfo field in Fields(type))
        {
            _path.Add(field.Name);
            offset = Put(field.GetValue(value)!, offset);
            _path.RemoveAt(_path.Count - 1);
        }
        return Aligned(offset, AlignmentOf(type));
    }

    private long Address(IContiguousArrayView view)
    {
        string name = string.Join('.', _path);
        if (!view.IsValid)
        {
            return Memory.Add(name, 0, 0, 0);
        }
        nint first = view.Buffer.NativePtr + (nint)view.IndexInBytes;
        Buffers.Add((name, first, view.LengthInBytes));
        return Memory.Add(name, first, view.LengthInBytes, view.IndexInBytes);
    }

    private static int AlignmentOf(Type type) => typeof(IContiguousArrayView).IsAssignableFrom(type) ? sizeof(long)
        : type.IsPrimitive ? Marshal.SizeOf(type)
        : Fields(type).Max(field => AlignmentOf(field.FieldType));

    /// <summary>The fields of a structure in their order.</summary>
    public static IEnumerable<FieldInfo> Fields(Type type) =>
        type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).OrderBy(field => field.MetadataToken);

    private static int Aligned(int offset, int alignment) => (offset + alignment - 1) / alignment * alignment;
}
