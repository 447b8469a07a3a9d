using System.Collections.Concurrent;
using System.Reflection.Emit;

namespace FastSeg.Features;

/// <summary>
/// Computes a row of the six membrane planes, vector by vector from <paramref name="centre"/> up to <paramref name="end"/>, and writes
/// them from <paramref name="to"/> on, <paramref name="planeBytes"/> apart.
/// </summary>
internal unsafe delegate void MembraneLoop(float* centre, float* end, float* to, nint planeBytes);

/// <summary>
/// Compiles the membrane's loops and keeps them, one for each geometry, vector width and row length. The geometry is data, but its sums
/// and the selection network over the responses run at full speed only as straight-line code, where every index is a constant and every
/// value a variable of its own.
/// </summary>
internal static class MembraneLoops
{
    private static readonly ConcurrentDictionary<(MembraneGeometry, int Lanes, int Stride), MembraneLoop> Compiled = new();

    /// <summary>
    /// The loop for vectors of <paramref name="lanes"/> floats, where a pixel's right neighbour is in the next vector and the pixel below
    /// it <paramref name="stride"/> floats further.
    /// </summary>
    public static MembraneLoop Get(MembraneGeometry geometry, int lanes, int stride) =>
        Compiled.GetOrAdd((geometry, lanes, stride), Compile);

    private static unsafe MembraneLoop Compile((MembraneGeometry Geometry, int Lanes, int Stride) key)
    {
        var method = new DynamicMethod(
            nameof(MembraneLoop),
            typeof(void),
            [typeof(float*), typeof(float*), typeof(float*), typeof(nint)],
            typeof(MembraneLoops).Module);
        new MembraneEmitter(method.GetILGenerator(), new MembranePlan(key.Geometry), key.Lanes, key.Stride).Emit();
        return method.CreateDelegate<MembraneLoop>();
    }
}
