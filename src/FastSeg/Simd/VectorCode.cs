using System.Reflection.Emit;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastSeg.Features;

/// <summary>
/// Vector operations for emitted loops. Only the processor's own intrinsics: the JIT turns each call into one instruction wherever it
/// stands, while the portable methods of Vector512 are inlined, and a method of a thousand of them exceeds the JIT's budget for that
/// (then every addition is a call: five times slower).
/// </summary>
internal sealed class VectorCode
{
    private readonly ILGenerator _il;
    private readonly bool _wide;
    private readonly Type _create;
    private readonly Type _pointer = typeof(float).MakePointerType();

    /// <summary>Emits for 8 or 16 lanes.</summary>
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

    /// <summary>Address on the stack becomes the vector there.</summary>
    public void Load() => Call(_wide ? nameof(Avx512F.LoadVector512) : nameof(Avx.LoadVector256), _pointer);

    /// <summary>Address and vector are taken from the stack.</summary>
    public void Store() => Call(nameof(Avx.Store), _pointer, Vector);

    /// <summary>a, b becomes a + b.</summary>
    public void Add() => Call(nameof(Avx.Add), Vector, Vector);

    /// <summary>a, b becomes a - b.</summary>
    public void Subtract() => Call(nameof(Avx.Subtract), Vector, Vector);

    /// <summary>a, b becomes the smaller one.</summary>
    public void Min() => Call(nameof(Avx.Min), Vector, Vector);

    /// <summary>a, b becomes the larger one.</summary>
    public void Max() => Call(nameof(Avx.Max), Vector, Vector);

    /// <summary>a, b becomes a * b.</summary>
    public void Multiply() => Call(nameof(Avx.Multiply), Vector, Vector);

    /// <summary>a becomes its square root.</summary>
    public void Sqrt() => Call(nameof(Avx.Sqrt), Vector);

    /// <summary>a becomes a * <paramref name="factor"/>.</summary>
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

    /// <summary>a, b, c becomes a * b + c.</summary>
    public void Fma() => Emit(
        _wide ? typeof(Avx512F) : typeof(Fma), _wide ? nameof(Avx512F.FusedMultiplyAdd) : "MultiplyAdd", Vector, Vector, Vector);

    private void Call(string name, params Type[] parameters) => Emit(_wide ? typeof(Avx512F) : typeof(Avx), name, parameters);

    private void Emit(Type operations, string name, params Type[] parameters) =>
        _il.Emit(OpCodes.Call, operations.GetMethod(name, parameters)!);
}
