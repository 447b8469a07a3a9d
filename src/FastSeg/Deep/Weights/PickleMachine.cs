using FastSeg.Files;

namespace FastSeg.Deep.Weights;

/// <summary>
/// Runs the instructions of a pickle (protocol 2 and later) that build dicts, lists, tuples, strings, numbers and torch tensors. It
/// cannot do anything else: no name is ever looked up and nothing is called. What is made is counted (<see cref="ParseBudget"/>), and
/// nothing here is recursive, so that a hostile file can waste neither memory nor stack.
/// </summary>
internal sealed class PickleMachine
{
    private const byte LeastProtocol = 2, LastProtocol = 5;

    private static readonly object Mark = new();

    private readonly List<object?> _stack = [];
    private readonly Dictionary<ulong, object?> _memo = [];
    private readonly ParseBudget _budget;
    private int _highest;

    private PickleMachine(long bytes) => _budget = new ParseBudget(bytes, what => new PickleException(what));

    /// <summary>The object that a pickle describes.</summary>
    /// <exception cref="PickleException">It is damaged, or asks for more than data.</exception>
    public static object? Load(ReadOnlySpan<byte> bytes)
    {
        var machine = new PickleMachine(bytes.Length);
        var input = new PickleInput(bytes);
        bool first = true;
        while (true)
        {
            var code = (PickleCode)input.Byte();
            if (first != (code == PickleCode.Proto))
            {
                throw new PickleException(
                    first ? "it has no protocol number; protocols 2 to 5 can be read" : "it states its protocol twice");
            }
            first = false;
            if (code == PickleCode.Stop)
            {
                return machine.Pop();
            }
            bool known = machine.Scalar(code, ref input) || machine.Container(code) || machine.Memo(code, ref input)
                || machine.Reference(code, ref input);
            if (!known)
            {
                string name = Enum.IsDefined(code) ? code.ToString().ToUpperInvariant() : $"0x{(byte)code:X2}";
                throw new PickleException($"it has the instruction {name} at byte {input.Position - 1}, which weights do not need");
            }
        }
    }

    /// <summary>Instructions that push a number, a string, a bool or None; false where the instruction is none of them.</summary>
    private bool Scalar(PickleCode code, ref PickleInput input)
    {
        switch (code)
        {
            case PickleCode.Proto:
                byte protocol = input.Byte();
                return protocol is >= LeastProtocol and <= LastProtocol
                    ? true
                    : throw new PickleException($"it has protocol {protocol}; 2 to 5 can be read");
            case PickleCode.Frame:
                input.UInt64();
                return true;
            case PickleCode.None:
                return Push(null);
            case PickleCode.NewTrue:
                return Push(true);
            case PickleCode.NewFalse:
                return Push(false);
            case PickleCode.BinInt:
                return Push((long)input.Int32(), ParseBudget.Boxed);
            case PickleCode.BinInt1:
                return Push((long)input.Byte(), ParseBudget.Boxed);
            case PickleCode.BinInt2:
                return Push((long)input.UInt16(), ParseBudget.Boxed);
            case PickleCode.Long1:
                return Push(input.Integer(input.Byte()), ParseBudget.Boxed);
            case PickleCode.Long4:
                return Push(input.Integer(input.UInt32()), ParseBudget.Boxed);
            case PickleCode.BinFloat:
                return Push(input.BigEndianDouble(), ParseBudget.Boxed);
            case PickleCode.ShortBinUnicode or PickleCode.ShortBinString:
                return PushText(input.Text(input.Byte()));
            case PickleCode.BinUnicode or PickleCode.BinString:
                return PushText(input.Text(input.UInt32()));
            case PickleCode.BinUnicode8:
                return PushText(input.Text(input.UInt64()));
            default:
                return false;
        }
    }

    /// <summary>Instructions that build tuples, lists and dicts on the stack.</summary>
    private bool Container(PickleCode code)
    {
        switch (code)
        {
            case PickleCode.Mark:
                return Push(Mark);
            case PickleCode.Pop:
                Pop();
                return true;
            case PickleCode.PopMark:
                PopToMark();
                return true;
            case PickleCode.Dup:
                return Push(Peek());
            case PickleCode.EmptyTuple:
                return Push(PickleTuple.Empty);
            case PickleCode.Tuple1 or PickleCode.Tuple2 or PickleCode.Tuple3:
                object?[] items = new object?[code - PickleCode.Tuple1 + 1];
                for (int i = items.Length - 1; i >= 0; i--)
                {
                    items[i] = Pop();
                }
                return Push(new PickleTuple(items), ParseBudget.Object + Items(items));
            case PickleCode.Tuple:
                object?[] all = PopToMark();
                return Push(new PickleTuple(all), ParseBudget.Object + Items(all));
            case PickleCode.EmptyList:
                return Push(new List<object?>(), ParseBudget.Object);
            case PickleCode.Append:
                object? item = Pop();
                _budget.Spend(ParseBudget.ListItem);
                Top<List<object?>>("a list").Add(item);
                return true;
            case PickleCode.Appends:
                object?[] more = PopToMark();
                _budget.Spend(Items(more));
                Top<List<object?>>("a list").AddRange(more);
                return true;
            case PickleCode.EmptyDict:
                return Push(new PickleDict(), ParseBudget.Object);
            case PickleCode.SetItem:
                object? value = Pop();
                object? key = Pop();
                Set(Top<PickleDict>("a dict"), [key, value]);
                return true;
            case PickleCode.SetItems:
                object?[] pairs = PopToMark();
                Set(Top<PickleDict>("a dict"), pairs);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Instructions that keep a value under a number and recall it.</summary>
    private bool Memo(PickleCode code, ref PickleInput input)
    {
        switch (code)
        {
            case PickleCode.Memoize:
                return Remember((ulong)_memo.Count);
            case PickleCode.BinPut:
                return Remember(input.Byte());
            case PickleCode.LongBinPut:
                return Remember(input.UInt32());
            case PickleCode.BinGet:
                return Push(Remembered(input.Byte()));
            case PickleCode.LongBinGet:
                return Push(Remembered(input.UInt32()));
            default:
                return false;
        }
    }

    /// <summary>Instructions that name a type, a storage or a call: each is compared with what is known, and never executed.</summary>
    private bool Reference(PickleCode code, ref PickleInput input)
    {
        switch (code)
        {
            case PickleCode.Global:
                return Push(PickleTypes.Known(input.Line(), input.Line()), 2 * ParseBudget.Object);
            case PickleCode.StackGlobal:
                object? name = Pop();
                return Push(Pop() is string module && name is string text
                    ? PickleTypes.Known(module, text)
                    : throw new PickleException("a name is not made of strings"), 2 * ParseBudget.Object);
            case PickleCode.BinPersId:
                return Push(PickleTypes.Storage(Pop()), ParseBudget.Object);
            case PickleCode.Reduce:
                object? arguments = Pop();
                PickleTuple tuple = arguments as PickleTuple ?? throw new PickleException("a call's arguments are no tuple");
                return Push(PickleTypes.Build(Pop(), tuple), 3 * ParseBudget.Object);
            case PickleCode.Build:
                // A state dict carries its modules' versions as attributes; they say nothing about the weights.
                Pop();
                Top<PickleDict>("a dict");
                return true;
            default:
                return false;
        }
    }

    private static long Items(object?[] items) => (long)items.Length * ParseBudget.ListItem;

    private bool Push(object? value, long bytes = 0)
    {
        _stack.Add(value);
        bool grows = _stack.Count > _highest;
        _highest = Math.Max(_highest, _stack.Count);
        _budget.Spend(bytes + (grows ? ParseBudget.ListItem : 0));
        return true;
    }

    private bool PushText(string text)
    {
        _budget.SpendText(text.Length);
        return Push(text);
    }

    private bool Remember(ulong index)
    {
        _memo[index] = Peek();
        _budget.Spend(ParseBudget.TableEntry);
        return true;
    }

    private object? Peek() => _stack.Count == 0 || _stack[^1] == Mark
        ? throw new PickleException("it takes a value where there is none")
        : _stack[^1];

    private object? Pop()
    {
        object? value = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private object?[] PopToMark()
    {
        int mark = _stack.LastIndexOf(Mark);
        if (mark < 0)
        {
            throw new PickleException("it takes values up to a mark where there is none");
        }
        object?[] items = [.. _stack.Skip(mark + 1)];
        _stack.RemoveRange(mark, _stack.Count - mark);
        return items;
    }

    private T Top<T>(string what) where T : class =>
        Peek() as T ?? throw new PickleException($"it fills something that is not {what}");

    private void Set(PickleDict dict, object?[] pairs)
    {
        _budget.Spend(pairs.Length * (long)ParseBudget.TableEntry);
        if (pairs.Length % 2 != 0)
        {
            throw new PickleException("a key of a dict has no value");
        }
        for (int i = 0; i < pairs.Length; i += 2)
        {
            object key = pairs[i] is string or long or double or bool
                ? pairs[i]!
                : throw new PickleException("a key of a dict is neither string nor number");
            dict.Set(key, pairs[i + 1]);
        }
    }

    private object? Remembered(ulong index) => _memo.TryGetValue(index, out object? value)
        ? value
        : throw new PickleException($"it recalls value {index}, which was never kept");
}
