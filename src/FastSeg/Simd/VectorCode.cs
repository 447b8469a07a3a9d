using System.Reflection.Emit;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Simd;

/// <summary>
/// Writes vector operations into an emitted method, as calls of the processor's own intrinsics (Avx, Avx512F). The JIT turns each of
/// these into one instruction, however many there are. The portable methods of Vector512 must be inlined first, and a method with a
/// thousand of them exceeds the JIT's budget for that: every addition would then be a call, five times slower.
/// </summary>
internal sealed class VectorCode
{
    private readonly ILGenerator _il;
    private readonly bool _wide;
    private readonly Type _create;
    private readonly Type _pointer = typeof(float).MakePointerType();

    /// <summary>Emits into <paramref name="il"/>, for vectors of 8 or 16 lanes.</summary>
    public VectorCode(ILGenerator il, int lanes)
    {
        _il = il;
        _wide = lanes == 16;
        Lanes = lanes;
        Vector = _wide ? typeof(Vector512<float>) : typeof(Vector256<float>);
        _create = _wide ? typeof(Vector512) : typeof(Vector256);
    }

    /// <summary>Floats in a vector.</summary>
    public int Lanes { get; }

    /// <summary>Type of a vector.</summary>
    public Type Vector { get; }

    /// <summary>Replaces the address on the stack by the vector it points to.</summary>
    public void Load() => Call(_wide ? nameof(Avx512F.LoadVector512) : nameof(Avx.LoadVector256), _pointer);

    /// <summary>Takes an address and a vector from the stack and stores the vector there.</summary>
    public void Store() => Call(nameof(Avx.Store), _pointer, Vector);

    /// <summary>Replaces a, b on the stack by a + b.</summary>
    public void Add() => Call(nameof(Avx.Add), Vector, Vector);

    /// <summary>Replaces a, b by a - b.</summary>
    public void Subtract() => Call(nameof(Avx.Subtract), Vector, Vector);

    /// <summary>Replaces a, b by the smaller one, lane by lane.</summary>
    public void Min() => Call(nameof(Avx.Min), Vector, Vector);

    /// <summary>Replaces a, b by the larger one, lane by lane.</summary>
    public void Max() => Call(nameof(Avx.Max), Vector, Vector);

    /// <summary>Replaces a, b by a * b.</summary>
    public void Multiply() => Call(nameof(Avx.Multiply), Vector, Vector);

    /// <summary>Replaces a by its square root.</summary>
    public void Sqrt() => Call(nameof(Avx.Sqrt), Vector);

    /// <summary>Replaces a by a * <paramref name="factor"/>.</summary>
    public void Scale(float factor)
    {
        Constant(factor);
        Multiply();
    }

    /// <summary>Puts <paramref name="value"/>, in every lane, on the stack.</summary>
    public void Constant(float value)
    {
        _il.Emit(OpCodes.Ldc_R4, value);
        _il.Emit(OpCodes.Call, _create.GetMethod("Create", [typeof(float)])!);
    }

    /// <summary>Replaces a, b, c by a * b + c, rounded once.</summary>
    public void Fma() => Emit(
        _wide ? typeof(Avx512F) : typeof(Fma), _wide ? nameof(Avx512F.FusedMultiplyAdd) : "MultiplyAdd", Vector, Vector, Vector);

    private void Call(string name, params Type[] parameters) => Emit(_wide ? typeof(Avx512F) : typeof(Avx), name, parameters);

    private void Emit(Type operations, string name, params Type[] parameters) =>
        _il.Emit(OpCodes.Call, operations.GetMethod(name, parameters)!);
}
