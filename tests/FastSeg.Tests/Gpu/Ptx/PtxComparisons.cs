using System.Reflection.Emit;
using static FastSeg.Tests.Gpu.Ptx.PtxInstructionSet;
using Write = System.Action<FastSeg.Tests.Gpu.Ptx.PtxEmitter, FastSeg.Tests.Gpu.Ptx.PtxInstruction>;

namespace FastSeg.Tests.Gpu.Ptx;

/// <summary>Comparisons, and what is chosen by them.</summary>
internal static class PtxComparisons
{
    private static readonly PtxType Predicate = PtxType.Parse("pred");

    public static void AddTo(Dictionary<string, Write> all)
    {
        foreach (string type in (string[])["s16", "u16", "b16", "s32", "u32", "b32", "s64", "u64", "b64"])
        {
            bool signed = type[0] == 's';
            OpCode less = signed ? OpCodes.Clt : OpCodes.Clt_Un, more = signed ? OpCodes.Cgt : OpCodes.Cgt_Un;
            Add(all, "eq", type, Op(OpCodes.Ceq));
            Add(all, "ne", type, Op(OpCodes.Ceq), Not);
            foreach (string[] names in (string[][])[["lt", "le", "gt", "ge"], ["lo", "ls", "hi", "hs"]])
            {
                if (type[0] == 'b' || (signed && names[0] == "lo"))
                {
                    continue;
                }
                Add(all, names[0], type, Op(less));
                Add(all, names[1], type, Op(more), Not);
                Add(all, names[2], type, Op(more));
                Add(all, names[3], type, Op(less), Not);
            }
        }
        Floats(all);
        foreach (string type in (string[])["b16", "u16", "s16", "b32", "u32", "s32", "b64", "u64", "s64", "f32"])
        {
            all[$"selp.{type}"] = Choose(PtxType.Parse(type));
        }
        all["testp.notanumber.f32"] = Of(PtxType.Parse("f32"), Predicate, Call(nameof(PtxMath.IsNaN)));
    }

    /// <summary>The plain ones are false where an operand is NaN; those with a u are true there.</summary>
    private static void Floats(Dictionary<string, Write> all)
    {
        const string Type = "f32";
        Add(all, "eq", Type, Op(OpCodes.Ceq));
        Add(all, "ne", Type, Call(nameof(PtxMath.Differs)));
        Add(all, "lt", Type, Op(OpCodes.Clt));
        Add(all, "gt", Type, Op(OpCodes.Cgt));
        Add(all, "le", Type, Op(OpCodes.Cgt_Un), Not);
        Add(all, "ge", Type, Op(OpCodes.Clt_Un), Not);
        Add(all, "equ", Type, Call(nameof(PtxMath.EqualOrUnordered)));
        Add(all, "neu", Type, Op(OpCodes.Ceq), Not);
        Add(all, "ltu", Type, Op(OpCodes.Clt_Un));
        Add(all, "gtu", Type, Op(OpCodes.Cgt_Un));
        Add(all, "leu", Type, Op(OpCodes.Cgt), Not);
        Add(all, "geu", Type, Op(OpCodes.Clt), Not);
        Add(all, "num", Type, Call(nameof(PtxMath.Ordered)));
        Add(all, "nan", Type, Call(nameof(PtxMath.Unordered)));
    }

    private static void Add(Dictionary<string, Write> all, string name, string type, params Action<PtxEmitter>[] steps) =>
        all[$"setp.{name}.{type}"] = Of(PtxType.Parse(type), Predicate, steps);

    private static void Not(PtxEmitter emitter)
    {
        emitter.Il.Emit(OpCodes.Ldc_I4_0);
        emitter.Il.Emit(OpCodes.Ceq);
    }

    private static Write Choose(PtxType type) => (emitter, instruction) =>
    {
        Label second = emitter.Il.DefineLabel(), end = emitter.Il.DefineLabel();
        emitter.Push(instruction.Operands[3], Predicate);
        emitter.Il.Emit(OpCodes.Brfalse, second);
        emitter.Push(instruction.Operands[1], type);
        emitter.Pop(instruction.Operands[0], type);
        emitter.Il.Emit(OpCodes.Br, end);
        emitter.Il.MarkLabel(second);
        emitter.Push(instruction.Operands[2], type);
        emitter.Pop(instruction.Operands[0], type);
        emitter.Il.MarkLabel(end);
    };
}
