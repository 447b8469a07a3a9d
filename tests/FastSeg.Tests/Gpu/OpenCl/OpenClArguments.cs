using System.Reflection;
using System.Runtime.InteropServices;
using FastSeg.Tests.Gpu.Ptx;
using ILGPU;

namespace FastSeg.Tests.Gpu.OpenCl;

/// <summary>
/// The arguments of a launch as ILGPU hands them to OpenCL: first the buffer of each view, then each parameter, in which a view is the
/// number of its first element, 32 bits, and its length, 64 bits.
/// </summary>
internal sealed class OpenClArguments
{
    private readonly List<byte> _bytes = [];

    private OpenClArguments()
    {
    }

    /// <summary>First bytes of the views' buffers.</summary>
    public List<nint> Buffers { get; } = [];

    /// <summary>The parameters' bytes.</summary>
    public List<byte[]> Parameters { get; } = [];

    /// <summary>Lays out the arguments of a kernel.</summary>
    public static OpenClArguments Of(IReadOnlyList<object> arguments)
    {
        var result = new OpenClArguments();
        foreach (object argument in arguments)
        {
            result._bytes.Clear();
            result.Put(argument);
            result.Align(AlignmentOf(argument.GetType()));
            result.Parameters.Add([.. result._bytes]);
        }
        return result;
    }

    private void Put(object value)
    {
        Type type = value.GetType();
        Align(AlignmentOf(type));
        if (value is IContiguousArrayView view)
        {
            long first = view.IsValid ? view.IndexInBytes / view.ElementSize : 0;
            Buffers.Add(view.IsValid ? view.Buffer.NativePtr : 0);
            _bytes.AddRange(BitConverter.GetBytes(checked((int)first)));
            Align(sizeof(long));
            _bytes.AddRange(BitConverter.GetBytes(view.Length));
        }
        else if (type.IsPrimitive)
        {
            _bytes.AddRange(value switch
            {
                int number => BitConverter.GetBytes(number),
                long number => BitConverter.GetBytes(number),
                float number => BitConverter.GetBytes(number),
                _ => throw new PtxException($"No kernel took a {type.Name} so far."),
            });
        }
        else
        {
            foreach (FieldInfo field in PtxArguments.Fields(type))
            {
                Put(field.GetValue(value)!);
            }
            Align(AlignmentOf(type));
        }
    }

    private void Align(int alignment) => _bytes.AddRange(new byte[(alignment - (_bytes.Count % alignment)) % alignment]);

    private static int AlignmentOf(Type type) => typeof(IContiguousArrayView).IsAssignableFrom(type) ? sizeof(long)
        : type.IsPrimitive ? Marshal.SizeOf(type)
        : PtxArguments.Fields(type).Max(field => AlignmentOf(field.FieldType));
}
