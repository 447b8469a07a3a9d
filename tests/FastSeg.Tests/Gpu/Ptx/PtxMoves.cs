using System.Reflection.Emit;
using static FastSeg.Tests.Gpu.Ptx.PtxInstructionSet;
using Write = System.Action<FastSeg.Tests.Gpu.Ptx.PtxEmitter, FastSeg.Tests.Gpu.Ptx.PtxInstruction>;

namespace FastSeg.Tests.Gpu.Ptx;

/// <summary>Moves, conversions, loads and stores.</summary>
internal static class PtxMoves
{
    private static readonly string[] Types =
        ["b8", "u8", "s8", "b16", "u16", "s16", "b32", "u32", "s32", "f32", "b64", "u64", "s64", "pred"];

    public static void AddTo(Dictionary<string, Write> all)
    {
        foreach (string type in Types)
        {
            all[$"mov.{type}"] = Same(type);
            if (type == "pred")
            {
                continue;
            }
            foreach (string space in (string[])["param", "shared", "global"])
            {
                AddAccesses(all, space, PtxType.Parse(type));
            }
        }
        // Addresses of the machine are the same in every space.
        all["cvta.to.global.u64"] = all["cvta.global.u64"] = all["cvta.shared.u64"] = all["cvta.to.shared.u64"] = Same("u64");
        foreach (string to in Types.Where(type => type[0] is 'u' or 's'))
        {
            foreach (string from in Types.Where(type => type[0] is 'u' or 's'))
            {
                all[$"cvt.{to}.{from}"] = Of(PtxType.Parse(from), PtxType.Parse(to), emitter => Convert(emitter, from, to));
            }
        }
        foreach (string from in (string[])["u8", "s8", "u16", "s16", "u32", "s32"])
        {
            string function = from == "u32" ? nameof(PtxMath.FromUnsigned) : nameof(PtxMath.FromInt);
            all[$"cvt.rn.f32.{from}"] = Of(PtxType.Parse(from), PtxType.Parse("f32"), Call(function));
        }
        all["cvt.rzi.s32.f32"] = Of(PtxType.Parse("f32"), PtxType.Parse("s32"), Call(nameof(PtxMath.ToInt)));
        all["cvt.rzi.u32.f32"] = Of(PtxType.Parse("f32"), PtxType.Parse("u32"), Call(nameof(PtxMath.ToUnsigned)));
        all["cvt.rzi.u16.f32"] = Of(PtxType.Parse("f32"), PtxType.Parse("u16"), Call(nameof(PtxMath.ToUnsignedShort)));
        all["cvt.rzi.u8.f32"] = Of(PtxType.Parse("f32"), PtxType.Parse("u8"), Call(nameof(PtxMath.ToUnsignedByte)));
    }

    private static void Convert(PtxEmitter emitter, string from, string to)
    {
        PtxType source = PtxType.Parse(from), target = PtxType.Parse(to);
        if (target.IsLong != source.IsLong)
        {
            emitter.Il.Emit(source.IsLong ? OpCodes.Conv_I4 : source.IsSigned ? OpCodes.Conv_I8 : OpCodes.Conv_U8);
        }
        emitter.Narrow(target);
    }

    private static void AddAccesses(Dictionary<string, Write> all, string space, PtxType type)
    {
        string name = $"{type.Kind}{type.Bits}";
        all[$"ld.{space}.{name}"] = (emitter, instruction) => Load(emitter, instruction, space, type, 1);
        if (space == "param")
        {
            return;
        }
        all[$"st.{space}.{name}"] = (emitter, instruction) => Store(emitter, instruction, space, type, 1);
        foreach (int count in (int[])[2, 4])
        {
            all[$"ld.{space}.v{count}.{name}"] = (emitter, instruction) => Load(emitter, instruction, space, type, count);
            all[$"st.{space}.v{count}.{name}"] = (emitter, instruction) => Store(emitter, instruction, space, type, count);
        }
    }

    private static void Load(PtxEmitter emitter, PtxInstruction instruction, string space, PtxType type, int count)
    {
        string[] targets = Values(instruction.Operands[0], count);
        LocalBuilder first = PushPlace(emitter, instruction, instruction.Operands[1], space, type.Bytes * count, "Read");
        for (int i = 0; i < count; i++)
        {
            PushPlace(emitter, first, i * type.Bytes);
            emitter.Il.Emit((type.Bits, type.Kind) switch
            {
                (8, 's') => OpCodes.Ldind_I1,
                (8, _) => OpCodes.Ldind_U1,
                (16, 's') => OpCodes.Ldind_I2,
                (16, _) => OpCodes.Ldind_U2,
                (32, 'f') => OpCodes.Ldind_R4,
                (32, _) => OpCodes.Ldind_I4,
                _ => OpCodes.Ldind_I8,
            });
            emitter.Pop(targets[i], type, widens: true);
        }
    }

    private static void Store(PtxEmitter emitter, PtxInstruction instruction, string space, PtxType type, int count)
    {
        string[] values = Values(instruction.Operands[1], count);
        LocalBuilder first = PushPlace(emitter, instruction, instruction.Operands[0], space, type.Bytes * count, "Write");
        for (int i = 0; i < count; i++)
        {
            PushPlace(emitter, first, i * type.Bytes);
            emitter.Push(values[i], type);
            emitter.Il.Emit((type.Bits, type.Kind) switch
            {
                (8, _) => OpCodes.Stind_I1,
                (16, _) => OpCodes.Stind_I2,
                (32, 'f') => OpCodes.Stind_R4,
                (32, _) => OpCodes.Stind_I4,
                _ => OpCodes.Stind_I8,
            });
        }
    }

    private static string[] Values(string operand, int count)
    {
        string[] values = [.. operand.Trim('{', '}').Split(',').Select(value => value.Trim())];
        return values.Length == count ? values : throw new PtxException($"{values.Length} values where {count} belong");
    }

    private static void PushPlace(PtxEmitter emitter, LocalBuilder first, int bytes)
    {
        emitter.Il.Emit(OpCodes.Ldloc, first);
        emitter.Il.Emit(OpCodes.Ldc_I4, bytes);
        emitter.Il.Emit(OpCodes.Add);
    }

    /// <summary>Finds where an access lies, after its checks.</summary>
    private static LocalBuilder PushPlace(
        PtxEmitter emitter, PtxInstruction instruction, string operand, string space, int bytes, string does)
    {
        (string name, long offset) = PtxEmitter.Address(operand);
        emitter.Il.Emit(OpCodes.Ldarg_0);
        if (space == "param")
        {
            PtxArray array = emitter.Parameter(name);
            if (offset < 0 || offset + bytes > array.Bytes)
            {
                throw new PtxException($"{bytes} bytes at {offset} of the parameter {name}, which has {array.Bytes}");
            }
            emitter.Il.Emit(OpCodes.Ldfld, typeof(PtxThread).GetField(nameof(PtxThread.Parameters))!);
            emitter.Il.Emit(OpCodes.Ldc_I4, array.Offset + (int)offset);
            emitter.Il.Emit(OpCodes.Add);
        }
        else
        {
            emitter.Push(name, PtxType.Parse("u64"));
            emitter.Il.Emit(OpCodes.Ldc_I8, offset);
            emitter.Il.Emit(OpCodes.Add);
            emitter.Il.Emit(OpCodes.Ldc_I4, bytes);
            emitter.Il.Emit(OpCodes.Ldc_I4, instruction.Line);
            string check = space == "global" ? nameof(PtxThread.Global) : $"{does}Shared";
            emitter.Il.Emit(OpCodes.Call, typeof(PtxThread).GetMethod(check)!);
        }
        LocalBuilder first = emitter.Place;
        emitter.Il.Emit(OpCodes.Stloc, first);
        return first;
    }
}
