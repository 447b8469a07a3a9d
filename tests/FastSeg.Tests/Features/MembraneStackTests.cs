using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastSeg.Features;
using FastSeg.Simd;
using NUnit.Framework;

namespace FastSeg.Tests.Features;

/// <summary>Whatever called it, the membrane's loop has its vectors on the stack where none crosses a cache line.</summary>
[TestFixture]
internal sealed unsafe class MembraneStackTests
{
    private const int CacheLine = 64;

    [ThreadStatic]
    private static nuint _vector;

    [Test]
    public void VectorsOnTheStackCrossNoCacheLine([Values] bool wide)
    {
        Widths.Need(wide ? 512 : 256);
        var places = new List<int>();
        var callers = new List<nuint>();
        for (int more = 0; more < 2 * CacheLine; more += 16)
        {
            callers.Add(wide ? CallFromElsewhere<Simd512, Vector512<float>>(more) : CallFromElsewhere<Simd256, Vector256<float>>(more));
            places.Add((int)(_vector % (wide ? (uint)sizeof(Vector512<float>) : (uint)sizeof(Vector256<float>))));
        }
        Assert.That(callers.Distinct().Count(), Is.EqualTo(4));
        Assert.That(places, Is.All.Zero);
    }

    /// <summary>Calls it from a frame whose stack ends somewhere else for each size. Returns where, within a cache line.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nuint CallFromElsewhere<TLanes, TVector>(int more)
        where TLanes : struct, ILanes<TVector>
        where TVector : unmanaged
    {
        byte* frame = stackalloc byte[CacheLine + more];
        Membrane<TLanes, TVector>.Call(Loop<TLanes, TVector>, null, null, null, 0);
        return (nuint)frame % CacheLine;
    }

    /// <summary>Notes where the compiler puts a vector that does not stay in a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Loop<TLanes, TVector>(float* centre, float* end, float* to, nint planeBytes)
        where TLanes : struct, ILanes<TVector>
        where TVector : unmanaged
    {
        TVector vector = TLanes.Broadcast(planeBytes);
        Keep(&vector);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Keep(void* vector) => _vector = (nuint)vector;
}
