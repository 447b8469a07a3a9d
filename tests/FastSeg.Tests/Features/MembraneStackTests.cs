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
    public void VectorsOnTheStackCrossNoCacheLine()
    {
        var places = new List<int>();
        var callers = new List<nuint>();
        for (int more = 0; more < 2 * CacheLine; more += 16)
        {
            callers.Add(CallFromElsewhere(more));
            places.Add((int)(_vector % CacheLine));
        }
        Assert.That(callers.Distinct().Count(), Is.EqualTo(4));
        Assert.That(places, Is.All.Zero);
    }

    /// <summary>Calls it from a frame whose stack ends somewhere else for each size. Returns where, within a cache line.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nuint CallFromElsewhere(int more)
    {
        byte* frame = stackalloc byte[CacheLine + more];
        Membrane<Simd512, Vector512<float>>.Call(Loop, null, null, null, 0);
        return (nuint)frame % CacheLine;
    }

    /// <summary>Notes where the compiler puts a vector that does not stay in a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Loop(float* centre, float* end, float* to, nint planeBytes)
    {
        Vector512<float> vector = Vector512.Create((float)planeBytes);
        Keep(&vector);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Keep(Vector512<float>* vector) => _vector = (nuint)vector;
}
