using System.Reflection;
using System.Reflection.Emit;

namespace FastSeg.Tests.Gpu.Ptx;

/// <summary>
/// Turns a kernel into a method of .NET, instruction by instruction: registers are its locals. The method runs a thread up to its next
/// barrier and returns that barrier's number, or 0 at the thread's end. What matters behind a barrier waits in the thread.
/// </summary>
internal sealed class PtxCompiler
{
    private readonly PtxProgram _program;
    private readonly PtxFlow _flow;
    private readonly ILGenerator _il;
    private readonly PtxEmitter _emitter;
    private readonly Dictionary<int, Label> _labels;
    private readonly List<(Label Behind, int Instruction)> _barriers = [];

    private PtxCompiler(PtxProgram program, PtxFlow flow, ILGenerator il)
    {
        (_program, _flow, _il) = (program, flow, il);
        _emitter = new PtxEmitter(program, il);
        _labels = program.Labels.Values.Distinct().ToDictionary(at => at, _ => il.DefineLabel());
    }

    /// <summary>Compiles a kernel.</summary>
    public static Func<PtxThread, int> Compile(PtxProgram program, PtxFlow flow)
    {
        var method = new DynamicMethod(program.Name, typeof(int), [typeof(PtxThread)], typeof(PtxThread).Module, skipVisibility: true);
        new PtxCompiler(program, flow, method.GetILGenerator()).Emit();
        return method.CreateDelegate<Func<PtxThread, int>>();
    }

    private void Emit()
    {
        foreach (int at in Enumerable.Range(0, _program.Instructions.Count).Where(i => _program.Instructions[i].IsBarrier))
        {
            _barriers.Add((_il.DefineLabel(), at));
        }
        Label start = _il.DefineLabel();
        _il.Emit(OpCodes.Ldarg_0);
        _il.Emit(OpCodes.Ldfld, Field(nameof(PtxThread.Resume)));
        _il.Emit(OpCodes.Switch, [start, .. _barriers.Select(barrier => barrier.Behind)]);
        _il.MarkLabel(start);
        int block = 0;
        for (int i = 0; i < _program.Instructions.Count; i++)
        {
            if (_labels.TryGetValue(i, out Label label))
            {
                _il.MarkLabel(label);
            }
            if (block < _flow.Starts.Count && _flow.Starts[block] == i)
            {
                Count(block++);
            }
            Emit(i, _program.Instructions[i]);
        }
        Return(0);
    }

    private void Emit(int at, PtxInstruction instruction)
    {
        Label behind = _il.DefineLabel();
        if (instruction.Guard is not null)
        {
            _emitter.Push(instruction.Guard, PtxType.Parse("pred"));
            _il.Emit(instruction.Unless ? OpCodes.Brtrue : OpCodes.Brfalse, behind);
        }
        if (instruction.IsBranch)
        {
            _il.Emit(OpCodes.Br, _labels[_program.Labels[instruction.Operands[0]]]);
        }
        else if (instruction.IsReturn)
        {
            Return(0);
        }
        else if (instruction.IsBarrier)
        {
            Barrier(at, instruction);
        }
        else
        {
            _emitter.Emit(instruction);
        }
        _il.MarkLabel(behind);
    }

    private void Barrier(int at, PtxInstruction instruction)
    {
        if (instruction.Operands is not ["0"])
        {
            throw new PtxException($"Line {instruction.Line}: the machine knows barrier 0 of all threads alone.");
        }
        int barrier = _barriers.FindIndex(barrier => barrier.Instruction == at);
        Dictionary<string, int> used = [];
        foreach (string register in _flow.LiveAfter(at))
        {
            _emitter.Keep(register, used);
        }
        Return(barrier + 1);
        _il.MarkLabel(_barriers[barrier].Behind);
        used.Clear();
        foreach (string register in _flow.LiveAfter(at))
        {
            _emitter.Recall(register, used);
        }
    }

    private void Return(int value)
    {
        _il.Emit(OpCodes.Ldc_I4, value);
        _il.Emit(OpCodes.Ret);
    }

    private void Count(int block)
    {
        _il.Emit(OpCodes.Ldarg_0);
        _il.Emit(OpCodes.Ldfld, Field(nameof(PtxThread.Entered)));
        _il.Emit(OpCodes.Ldc_I4, block);
        _il.Emit(OpCodes.Ldelema, typeof(long));
        _il.Emit(OpCodes.Dup);
        _il.Emit(OpCodes.Ldind_I8);
        _il.Emit(OpCodes.Ldc_I4_1);
        _il.Emit(OpCodes.Conv_I8);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Stind_I8);
    }

    private static FieldInfo Field(string name) => typeof(PtxThread).GetField(name)!;
}
