using System.Globalization;
using System.Reflection.Emit;

namespace FastSeg.Tests.Gpu.Ptx;

/// <summary>
/// Writes the code of single instructions. On the stack integers of up to 32 bits are int32, extended as their type says; longer ones are
/// int64, floats float32, predicates 0 or 1. Locals of 8 and 16 bits are extended with zeros.
/// </summary>
internal sealed class PtxEmitter(PtxProgram program, ILGenerator il)
{
    private readonly Dictionary<string, LocalBuilder> _locals = [];
    private readonly List<string> _shared = [.. program.Shared.OrderBy(array => array.Value.Offset).Select(array => array.Key)];

    public ILGenerator Il => il;

    /// <summary>Where the access lies that is being written.</summary>
    public LocalBuilder Place { get; } = il.DeclareLocal(typeof(nint));

    /// <summary>Writes an instruction that is no branch.</summary>
    public void Emit(PtxInstruction instruction)
    {
        if (!PtxInstructionSet.All.TryGetValue(instruction.Name, out Action<PtxEmitter, PtxInstruction>? emit))
        {
            throw new PtxException(
                $"{program.Name}, line {instruction.Line}: the machine does not know the instruction {instruction.Name}.");
        }
        try
        {
            emit(this, instruction);
        }
        catch (Exception e) when (e is PtxException or FormatException or ArgumentOutOfRangeException)
        {
            throw new PtxException($"{program.Name}, line {instruction.Line}, {instruction.Name}: {e.Message}");
        }
    }

    /// <summary>Puts an operand on the stack.</summary>
    public void Push(string operand, PtxType type)
    {
        if (PtxSpecial.FieldOf(operand) is System.Reflection.FieldInfo field)
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, field);
        }
        else if (operand[0] == '%')
        {
            PushRegister(operand, type);
        }
        else if (_shared.IndexOf(operand) is >= 0 and int array)
        {
            PushInteger(PtxShared.AddressOf(array), type);
        }
        else if (operand.StartsWith("0f", StringComparison.OrdinalIgnoreCase))
        {
            il.Emit(OpCodes.Ldc_I4, (int)uint.Parse(operand[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            if (type.IsFloat)
            {
                Call(nameof(PtxMath.FloatOf));
            }
        }
        else if (type.IsFloat)
        {
            throw new PtxException($"{operand} is no constant of a float");
        }
        else
        {
            PushInteger(long.Parse(operand, CultureInfo.InvariantCulture), type);
        }
    }

    /// <summary>Takes a value off the stack into a register.</summary>
    /// <param name="register">The register.</param>
    /// <param name="type">The value's type.</param>
    /// <param name="widens">Whether the register may be wider, as that of a load may.</param>
    public void Pop(string register, PtxType type, bool widens = false)
    {
        PtxType own = program.TypeOf(register);
        if (own.IsFloat != type.IsFloat)
        {
            Check(own.Bits == 32 && type.Bits == 32, register);
            Call(own.IsFloat ? nameof(PtxMath.FloatOf) : nameof(PtxMath.BitsOf));
        }
        else if (own.IsLong && !type.IsLong)
        {
            Check(widens, register);
            il.Emit(type.IsSigned ? OpCodes.Conv_I8 : OpCodes.Conv_U8);
        }
        else
        {
            Check(own.Bits >= type.Bits && (own.Kind == 'p') == (type.Kind == 'p'), register);
            Narrow(own with { Kind = own.Kind is 'f' or 'p' ? own.Kind : 'u' });
        }
        il.Emit(OpCodes.Stloc, Local(register));
    }

    /// <summary>Calls a function of <see cref="PtxMath"/>.</summary>
    public void Call(string function) => il.Emit(OpCodes.Call, typeof(PtxMath).GetMethod(function)!);

    /// <summary>Cuts an int32 on the stack to its type.</summary>
    public void Narrow(PtxType type)
    {
        switch (type.Bits, type.IsSigned)
        {
            case (8, true):
                il.Emit(OpCodes.Conv_I1);
                break;
            case (8, false):
                il.Emit(OpCodes.Conv_U1);
                break;
            case (16, true):
                il.Emit(OpCodes.Conv_I2);
                break;
            case (16, false):
                il.Emit(OpCodes.Conv_U2);
                break;
        }
    }

    /// <summary>Splits <c>[%rd1+4]</c>.</summary>
    public static (string Base, long Offset) Address(string operand)
    {
        string[] parts = operand.Trim('[', ']').Split('+');
        return (parts[0].Trim(), parts.Length == 1 ? 0 : long.Parse(parts[1].Trim(), CultureInfo.InvariantCulture));
    }

    /// <summary>The array of a parameter.</summary>
    public PtxArray Parameter(string name) => program.Parameters.Find(parameter => parameter.Key == name) is { Key: not null } found
        ? found.Value
        : throw new PtxException($"there is no parameter {name}");

    /// <summary>Puts a register aside into the thread.</summary>
    public void Keep(string register, Dictionary<string, int> used)
    {
        (string field, OpCode _, OpCode store) = Kept(register);
        PushPlace(field, used);
        il.Emit(OpCodes.Ldloc, Local(register));
        il.Emit(store);
    }

    /// <summary>Fetches what <see cref="Keep"/> has put aside.</summary>
    public void Recall(string register, Dictionary<string, int> used)
    {
        (string field, OpCode load, OpCode _) = Kept(register);
        PushPlace(field, used);
        il.Emit(load);
        il.Emit(OpCodes.Stloc, Local(register));
    }

    private void PushPlace(string field, Dictionary<string, int> used)
    {
        int place = used.GetValueOrDefault(field);
        used[field] = place + 1;
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, typeof(PtxThread).GetField(field)!);
        il.Emit(OpCodes.Ldc_I4, place);
    }

    private (string Field, OpCode Load, OpCode Store) Kept(string register)
    {
        PtxType type = program.TypeOf(register);
        return type.IsFloat ? (nameof(PtxThread.Floats), OpCodes.Ldelem_R4, OpCodes.Stelem_R4)
            : type.IsLong ? (nameof(PtxThread.Longs), OpCodes.Ldelem_I8, OpCodes.Stelem_I8)
            : (nameof(PtxThread.Ints), OpCodes.Ldelem_I4, OpCodes.Stelem_I4);
    }

    private void PushRegister(string register, PtxType type)
    {
        PtxType own = program.TypeOf(register);
        il.Emit(OpCodes.Ldloc, Local(register));
        if (own.IsFloat != type.IsFloat)
        {
            Check(own.Bits == 32 && type.Bits == 32, register);
            Call(own.IsFloat ? nameof(PtxMath.BitsOf) : nameof(PtxMath.FloatOf));
            return;
        }
        Check(own.IsLong == type.IsLong && own.Bits >= type.Bits && (own.Kind == 'p') == (type.Kind == 'p'), register);
        Narrow(type);
    }

    private void PushInteger(long value, PtxType type)
    {
        if (type.IsLong)
        {
            il.Emit(OpCodes.Ldc_I8, value);
            return;
        }
        il.Emit(OpCodes.Ldc_I4, unchecked((int)value));
        Narrow(type);
    }

    private static void Check(bool fits, string register)
    {
        if (!fits)
        {
            throw new PtxException($"{register} has another type");
        }
    }

    private LocalBuilder Local(string register)
    {
        if (!_locals.TryGetValue(register, out LocalBuilder? local))
        {
            PtxType type = program.TypeOf(register);
            local = il.DeclareLocal(type.IsFloat ? typeof(float) : type.IsLong ? typeof(long) : typeof(int));
            _locals.Add(register, local);
        }
        return local;
    }
}
