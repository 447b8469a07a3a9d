using System.Reflection.Emit;
using Write = System.Action<FastSeg.Tests.Gpu.Ptx.PtxEmitter, FastSeg.Tests.Gpu.Ptx.PtxInstruction>;

namespace FastSeg.Tests.Gpu.Ptx;

/// <summary>Every instruction that the machine knows, by its full name: one that differs in any letter is refused.</summary>
internal static class PtxInstructionSet
{
    private static readonly string[] Integers = ["s32", "u32", "s64", "u64"];

    /// <summary>What writes each instruction.</summary>
    public static Dictionary<string, Write> All { get; } = Build();

    private static Dictionary<string, Write> Build()
    {
        var all = new Dictionary<string, Write>();
        Arithmetic(all);
        Logic(all);
        MinimaAndRoots(all);
        PtxMoves.AddTo(all);
        PtxComparisons.AddTo(all);
        return all;
    }

    /// <summary>An instruction of operands of one type and a result of that type.</summary>
    public static Write Same(string type, params Action<PtxEmitter>[] steps) => Of(PtxType.Parse(type), PtxType.Parse(type), steps);

    /// <summary>An instruction whose operands have one type and whose result has another.</summary>
    public static Write Of(PtxType from, PtxType to, params Action<PtxEmitter>[] steps) => (emitter, instruction) =>
    {
        foreach (string operand in instruction.Operands.Skip(1))
        {
            emitter.Push(operand, from);
        }
        foreach (Action<PtxEmitter> step in steps)
        {
            step(emitter);
        }
        emitter.Pop(instruction.Operands[0], to);
    };

    /// <summary>A step that is one instruction of .NET.</summary>
    public static Action<PtxEmitter> Op(OpCode code) => emitter => emitter.Il.Emit(code);

    /// <summary>A step that calls a function of <see cref="PtxMath"/>.</summary>
    public static Action<PtxEmitter> Call(string function) => emitter => emitter.Call(function);

    private static void Arithmetic(Dictionary<string, Write> all)
    {
        foreach (string type in Integers)
        {
            bool signed = type[0] == 's';
            all[$"add.{type}"] = Same(type, Op(OpCodes.Add));
            all[$"sub.{type}"] = Same(type, Op(OpCodes.Sub));
            all[$"mul.lo.{type}"] = Same(type, Op(OpCodes.Mul));
            // The product lies below the third operand, which was put on the stack last.
            all[$"mad.lo.{type}"] = MultiplyAdd(type);
            all[$"div.{type}"] = Same(type, Op(signed ? OpCodes.Div : OpCodes.Div_Un));
            all[$"rem.{type}"] = Same(type, Op(signed ? OpCodes.Rem : OpCodes.Rem_Un));
        }
        foreach (string type in (string[])["s32", "s64", "f32"])
        {
            all[$"neg.{type}"] = Same(type, Op(OpCodes.Neg));
        }
        foreach ((string name, OpCode code) in ((string, OpCode)[])[
            ("add", OpCodes.Add), ("sub", OpCodes.Sub), ("mul", OpCodes.Mul), ("div", OpCodes.Div)
        ])
        {
            all[$"{name}.rn.f32"] = Same("f32", Op(code), Op(OpCodes.Conv_R4));
            if (name != "div")
            {
                all[$"{name}.f32"] = all[$"{name}.rn.f32"];
            }
        }
        PtxType signedInt = PtxType.Parse("s32"), unsignedInt = PtxType.Parse("u32");
        all["mul.wide.s32"] = Wide(signedInt, OpCodes.Conv_I8);
        all["mul.wide.u32"] = Wide(unsignedInt, OpCodes.Conv_U8);
        all["mul.hi.s32"] = Same("s32", Call(nameof(PtxMath.HighProduct)));
        all["mul.hi.u32"] = Same("u32", Call(nameof(PtxMath.HighProductUnsigned)));
    }

    private static Write MultiplyAdd(string name) => (emitter, instruction) =>
    {
        PtxType type = PtxType.Parse(name);
        emitter.Push(instruction.Operands[1], type);
        emitter.Push(instruction.Operands[2], type);
        emitter.Il.Emit(OpCodes.Mul);
        emitter.Push(instruction.Operands[3], type);
        emitter.Il.Emit(OpCodes.Add);
        emitter.Pop(instruction.Operands[0], type);
    };

    private static Write Wide(PtxType type, OpCode widen) => (emitter, instruction) =>
    {
        emitter.Push(instruction.Operands[1], type);
        emitter.Il.Emit(widen);
        emitter.Push(instruction.Operands[2], type);
        emitter.Il.Emit(widen);
        emitter.Il.Emit(OpCodes.Mul);
        emitter.Pop(instruction.Operands[0], type with { Bits = 64 });
    };

    private static void Logic(Dictionary<string, Write> all)
    {
        foreach (string type in (string[])["b16", "b32", "b64", "pred"])
        {
            all[$"and.{type}"] = Same(type, Op(OpCodes.And));
            all[$"or.{type}"] = Same(type, Op(OpCodes.Or));
            all[$"xor.{type}"] = Same(type, Op(OpCodes.Xor));
            all[$"not.{type}"] = type == "pred" ? Same(type, Op(OpCodes.Ldc_I4_0), Op(OpCodes.Ceq)) : Same(type, Op(OpCodes.Not));
        }
        all["shl.b32"] = Shift("b32", nameof(PtxMath.ShiftLeft));
        all["shl.b64"] = Shift("b64", nameof(PtxMath.ShiftLeftLong));
        all["shr.s32"] = Shift("s32", nameof(PtxMath.ShiftRight));
        all["shr.s64"] = Shift("s64", nameof(PtxMath.ShiftRightLong));
        all["shr.u32"] = all["shr.b32"] = Shift("u32", nameof(PtxMath.ShiftRightUnsigned));
        all["shr.u64"] = all["shr.b64"] = Shift("u64", nameof(PtxMath.ShiftRightUnsignedLong));
    }

    private static Write Shift(string name, string function) => (emitter, instruction) =>
    {
        PtxType type = PtxType.Parse(name);
        emitter.Push(instruction.Operands[1], type);
        emitter.Push(instruction.Operands[2], PtxType.Parse("u32"));
        emitter.Call(function);
        emitter.Pop(instruction.Operands[0], type);
    };

    private static void MinimaAndRoots(Dictionary<string, Write> all)
    {
        all["min.f32"] = Same("f32", Call(nameof(PtxMath.Min)));
        all["max.f32"] = Same("f32", Call(nameof(PtxMath.Max)));
        all["min.s32"] = Same("s32", Call(nameof(PtxMath.MinInt)));
        all["max.s32"] = Same("s32", Call(nameof(PtxMath.MaxInt)));
        all["min.u32"] = Same("u32", Call(nameof(PtxMath.MinUnsigned)));
        all["max.u32"] = Same("u32", Call(nameof(PtxMath.MaxUnsigned)));
        all["min.s64"] = Same("s64", Call(nameof(PtxMath.MinLong)));
        all["max.s64"] = Same("s64", Call(nameof(PtxMath.MaxLong)));
        all["abs.f32"] = Same("f32", Call(nameof(PtxMath.Abs)));
        all["abs.s32"] = Same("s32", Call(nameof(PtxMath.AbsInt)));
        all["sqrt.rn.f32"] = Same("f32", Call(nameof(PtxMath.SquareRoot)));
        all["rcp.rn.f32"] = Same("f32", Call(nameof(PtxMath.Reciprocal)));
        all["fma.rn.f32"] = Same("f32", Call(nameof(PtxMath.MultiplyAdd)));
    }
}
