using System.Collections.Concurrent;
using System.Reflection.Emit;

namespace FastSeg.Features;

/// <summary>
/// A row of vectors of the six membrane planes: reads around the vectors from <paramref name="centre"/> up to <paramref name="end"/>,
/// writes the planes from <paramref name="to"/> on, <paramref name="planeBytes"/> apart.
/// </summary>
internal unsafe delegate void MembraneLoop(float* centre, float* end, float* to, nint planeBytes);

/// <summary>
/// The membrane's vector loop, emitted as straight-line code from its plan: the geometry is data, but 30 sums and a selection network
/// over them only run at full speed when every index is a constant and every value a register. Compiled once per geometry, width and
/// row length, and kept.
/// </summary>
internal static class MembraneKernel
{
    private static readonly ConcurrentDictionary<(MembraneGeometry, int Lanes, int Stride), MembraneLoop> Compiled = new();

    /// <summary>
    /// The loop for vectors of <paramref name="lanes"/> floats, where the pixel to the right is in the next vector and the pixel below
    /// <paramref name="stride"/> floats further.
    /// </summary>
    public static MembraneLoop Get(MembraneGeometry geometry, int lanes, int stride) => Compiled.GetOrAdd((geometry, lanes, stride), Compile);

    private static unsafe MembraneLoop Compile((MembraneGeometry Geometry, int Lanes, int Stride) key)
    {
        var method = new DynamicMethod(
            nameof(MembraneLoop), typeof(void), [typeof(float*), typeof(float*), typeof(float*), typeof(nint)], typeof(MembraneKernel).Module);
        new MembraneEmitter(method.GetILGenerator(), new MembranePlan(key.Geometry), key.Lanes, key.Stride).Emit();
        return method.CreateDelegate<MembraneLoop>();
    }
}
