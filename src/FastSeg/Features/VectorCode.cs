using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Intrinsics;

namespace FastSeg.Features;

/// <summary>Vector operations for emitted loops, by the names they have in Vector256 and Vector512 alike.</summary>
internal sealed class VectorCode
{
    private readonly ILGenerator _il;
    private readonly Type _operations;

    /// <summary>Emits for 8 or 16 lanes.</summary>
    public VectorCode(ILGenerator il, int lanes)
    {
        _il = il;
        Lanes = lanes;
        _operations = lanes == 16 ? typeof(Vector512) : typeof(Vector256);
        Vector = lanes == 16 ? typeof(Vector512<float>) : typeof(Vector256<float>);
    }

    /// <summary>Floats in a vector.</summary>
    public int Lanes { get; }

    /// <summary>Type of a vector.</summary>
    public Type Vector { get; }

    /// <summary>Address on the stack becomes the vector there.</summary>
    public void Load() => Call("Load", 1);

    /// <summary>Vector and address are taken from the stack.</summary>
    public void Store() => Call("Store", 2);

    /// <summary>a, b becomes a + b.</summary>
    public void Add() => Call("Add", 2);

    /// <summary>a, b becomes a - b.</summary>
    public void Subtract() => Call("Subtract", 2);

    /// <summary>a, b becomes the smaller one.</summary>
    public void Min() => Call("MinNative", 2);

    /// <summary>a, b becomes the larger one.</summary>
    public void Max() => Call("MaxNative", 2);

    /// <summary>a becomes its square root.</summary>
    public void Sqrt() => Call("Sqrt", 1);

    /// <summary>a becomes a * <paramref name="factor"/>.</summary>
    public void Scale(float factor)
    {
        Constant(factor);
        _il.Emit(OpCodes.Call, Find("Multiply", method => TakesVectors(method, 2)));
    }

    /// <summary>Puts <paramref name="value"/>, in every lane, on the stack.</summary>
    public void Constant(float value)
    {
        _il.Emit(OpCodes.Ldc_R4, value);
        _il.Emit(OpCodes.Call, _operations.GetMethod("Create", [typeof(float)])!);
    }

    /// <summary>a, b, c becomes a * b + c.</summary>
    public void Fma() => _il.Emit(OpCodes.Call, _operations.GetMethod("FusedMultiplyAdd", [Vector, Vector, Vector])!);

    private void Call(string name, int parameters) => _il.Emit(OpCodes.Call, Find(name, method => method.GetParameters().Length == parameters));

    private MethodInfo Find(string name, Func<MethodInfo, bool> fits) => _operations.GetMethods()
        .Single(method => method.Name == name && method.IsGenericMethodDefinition && fits(method))
        .MakeGenericMethod(typeof(float));

    private static bool TakesVectors(MethodInfo method, int parameters) =>
        method.GetParameters().Length == parameters && method.GetParameters().All(parameter => parameter.ParameterType.IsGenericType);
}
