using System.Runtime.InteropServices;
using FastSeg.Interop.Calls;

namespace FastSeg.Interop.Structs;

/// <summary>fs_class.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeClass
{
    /// <summary>Its name in sentences.</summary>
    public const string StructName = "fs_class";

    public nuint Size;
    public int Value;
    public int Reserved;
    public byte* Name;

    /// <summary>The caller's list of classes.</summary>
    public static ModelClass[] ReadAll(NativeClass* classes, int count)
    {
        if (Arguments.Count(count, 0, "classes") > 0)
        {
            Arguments.Output(classes, "the classes");
        }
        var read = new ModelClass[count];
        for (int i = 0; i < count; i++)
        {
            NativeClass one = Sized.Element(classes, i, StructName);
            read[i] = new ModelClass(one.Value, Text.ReadOrNull(one.Name, $"The name of class {i + 1}") ?? $"class {one.Value}", 0);
        }
        return read;
    }
}
