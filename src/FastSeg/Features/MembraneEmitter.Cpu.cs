using System.Reflection.Emit;
using FastSeg.Simd;

namespace FastSeg.Features;

/// <summary>
/// Writes the membrane's loop as IL. For each vector of pixels it forms the sums of a <see cref="MembranePlan"/>, the statistics of the
/// responses, and stores six planes. A sum is formed when a line first needs it, line after line around the circle, so that few sums are
/// alive at once.
/// </summary>
internal sealed class MembraneEmitter
{
    private readonly ILGenerator _il;
    private readonly VectorCode _code;
    private readonly MembranePlan _plan;
    private readonly int _stride;
    private readonly LocalBuilder?[] _terms;
    private readonly LocalBuilder[] _responses;

    /// <summary>Prepares to emit a method with the arguments of <see cref="MembraneLoop"/>.</summary>
    /// <param name="il">Receives the code.</param>
    /// <param name="plan">The additions.</param>
    /// <param name="lanes">Floats of a vector, 8 or 16.</param>
    /// <param name="stride">Floats from a row of pixels to the next.</param>
    public MembraneEmitter(ILGenerator il, MembranePlan plan, int lanes, int stride)
    {
        _il = il;
        _code = new VectorCode(il, lanes);
        _plan = plan;
        _stride = stride;
        _terms = new LocalBuilder?[plan.Lines.Pairs.Count + plan.Sums.Count];
        _responses = new LocalBuilder[plan.Lines.Angles];
    }

    /// <summary>Writes the whole method.</summary>
    public void Emit()
    {
        Label again = _il.DefineLabel();
        _il.MarkLabel(again);
        EmitResponses();
        EmitMoments();
        EmitRanks();
        Advance(argument: 0);
        Advance(argument: 2);
        _il.Emit(OpCodes.Ldarg_0);
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Blt_Un, again);
        _il.Emit(OpCodes.Ret);
    }

    /// <summary>Responses of all lines; the product with the centre is shared by the lines that have equally many pixels.</summary>
    private void EmitResponses()
    {
        var centres = new Dictionary<int, LocalBuilder>();
        for (int line = 0; line < _responses.Length; line++)
        {
            int pixels = _plan.Lines.PixelCounts[line];
            if (!centres.TryGetValue(pixels, out LocalBuilder? centre))
            {
                LoadPixel(0, 0);
                _code.Scale(1f / pixels);
                centres[pixels] = centre = StoreNew();
            }
            if (_plan.LineTerm[line] != MembranePlan.NoTerm)
            {
                _il.Emit(OpCodes.Ldloc, Term(_plan.LineTerm[line]));
                _code.Constant(1f / pixels);
                _il.Emit(OpCodes.Ldloc, centre);
                _code.Fma();
            }
            else
            {
                _il.Emit(OpCodes.Ldloc, centre);
            }
            _responses[line] = StoreNew();
        }
    }

    /// <summary>The local variable of a term; emits the code that forms it where this is its first use.</summary>
    private LocalBuilder Term(int term)
    {
        if (_terms[term] is { } known)
        {
            return known;
        }
        int pairs = _plan.Lines.Pairs.Count;
        if (term < pairs)
        {
            PatchPixel pixel = _plan.Lines.Pairs[term];
            LoadPixel(pixel.X, pixel.Y);
            LoadPixel(-pixel.X, -pixel.Y);
        }
        else
        {
            LocalBuilder left = Term(_plan.Sums[term - pairs].Left), right = Term(_plan.Sums[term - pairs].Right);
            _il.Emit(OpCodes.Ldloc, left);
            _il.Emit(OpCodes.Ldloc, right);
        }
        _code.Add();
        return _terms[term] = StoreNew();
    }

    /// <summary>Planes 0 to 2: sum, mean, std.</summary>
    private void EmitMoments()
    {
        float share = 1f / _responses.Length;
        LocalBuilder sum = EmitSum(response => _il.Emit(OpCodes.Ldloc, response), _code.Add);
        StorePlane(0, sum);
        _il.Emit(OpCodes.Ldloc, sum);
        _code.Scale(share);
        LocalBuilder mean = StoreNew();
        StorePlane(1, mean);
        LocalBuilder deviation = _il.DeclareLocal(_code.Vector);
        LocalBuilder squares = EmitSum(
            response =>
            {
                _il.Emit(OpCodes.Ldloc, response);
                _il.Emit(OpCodes.Ldloc, mean);
                _code.Subtract();
                _il.Emit(OpCodes.Stloc, deviation);
                _il.Emit(OpCodes.Ldloc, deviation);
                _il.Emit(OpCodes.Ldloc, deviation);
            },
            _code.Fma,
            _code.Multiply);
        _il.Emit(OpCodes.Ldloc, squares);
        _code.Scale(share);
        _code.Sqrt();
        StorePlane(2, StoreNew());
    }

    /// <summary>
    /// Sums over the responses in <see cref="MembranePlan.Chains"/> chains: in a single one every addition would wait for the one before.
    /// Then neighbouring chains are added until one is left.
    /// </summary>
    /// <param name="load">Puts the operands of a response on the stack: itself, or its deviation twice.</param>
    /// <param name="join">Adds the operands to the chain's sum, which lies above them.</param>
    /// <param name="begin">Makes a chain's first sum of the operands, where these are two.</param>
    private LocalBuilder EmitSum(Action<LocalBuilder> load, Action join, Action? begin = null)
    {
        var chains = new List<LocalBuilder>();
        for (int i = 0; i < _responses.Length; i++)
        {
            load(_responses[i]);
            if (i < MembranePlan.Chains)
            {
                begin?.Invoke();
                chains.Add(StoreNew());
            }
            else
            {
                _il.Emit(OpCodes.Ldloc, chains[i % MembranePlan.Chains]);
                join();
                _il.Emit(OpCodes.Stloc, chains[i % MembranePlan.Chains]);
            }
        }
        while (chains.Count > 1)
        {
            for (int i = 0; i + 1 < chains.Count; i++)
            {
                _il.Emit(OpCodes.Ldloc, chains[i]);
                _il.Emit(OpCodes.Ldloc, chains[i + 1]);
                _code.Add();
                chains[i] = StoreNew();
                chains.RemoveAt(i + 1);
            }
        }
        return chains[0];
    }

    /// <summary>Planes 3 to 5: median, max, min. The selection network sorts the responses' variables as far as these need it.</summary>
    private void EmitRanks()
    {
        int last = _responses.Length - 1, lower = last / 2, upper = _responses.Length / 2;
        foreach (Comparator comparator in SelectionNetwork.Create(_responses.Length, [0, lower, upper, last]))
        {
            EmitComparator(comparator);
        }
        _il.Emit(OpCodes.Ldloc, _responses[lower]);
        if (lower != upper)
        {
            _il.Emit(OpCodes.Ldloc, _responses[upper]);
            _code.Add();
            _code.Scale(0.5f);
        }
        StorePlane(3, StoreNew());
        StorePlane(4, _responses[last]);
        StorePlane(5, _responses[0]);
    }

    /// <summary>Both values are loaded before either variable is overwritten.</summary>
    private void EmitComparator(Comparator comparator)
    {
        LocalBuilder low = _responses[comparator.Low], high = _responses[comparator.High];
        if (comparator.NeedsLow)
        {
            _il.Emit(OpCodes.Ldloc, low);
            _il.Emit(OpCodes.Ldloc, high);
            _code.Min();
        }
        if (comparator.NeedsHigh)
        {
            _il.Emit(OpCodes.Ldloc, low);
            _il.Emit(OpCodes.Ldloc, high);
            _code.Max();
            _il.Emit(OpCodes.Stloc, high);
        }
        if (comparator.NeedsLow)
        {
            _il.Emit(OpCodes.Stloc, low);
        }
    }

    /// <summary>Stores the stack's top in a new variable.</summary>
    private LocalBuilder StoreNew()
    {
        LocalBuilder local = _il.DeclareLocal(_code.Vector);
        _il.Emit(OpCodes.Stloc, local);
        return local;
    }

    /// <summary>Stores a variable to a plane: at the third argument plus as many times the fourth.</summary>
    private void StorePlane(int plane, LocalBuilder value)
    {
        _il.Emit(OpCodes.Ldarg_2);
        for (int i = 0; i < plane; i++)
        {
            _il.Emit(OpCodes.Ldarg_3);
            _il.Emit(OpCodes.Add);
        }
        _il.Emit(OpCodes.Ldloc, value);
        _code.Store();
    }

    /// <summary>Loads the pixels x columns and y rows from the centre: x vectors further, because of how a row is dealt out.</summary>
    private void LoadPixel(int x, int y)
    {
        _il.Emit(OpCodes.Ldarg_0);
        _il.Emit(OpCodes.Ldc_I4, ((y * _stride) + (x * _code.Lanes)) * sizeof(float));
        _il.Emit(OpCodes.Conv_I);
        _il.Emit(OpCodes.Add);
        _code.Load();
    }

    /// <summary>Moves an argument that is an address on by a vector.</summary>
    private void Advance(int argument)
    {
        _il.Emit(OpCodes.Ldarg, (short)argument);
        _il.Emit(OpCodes.Ldc_I4, _code.Lanes * sizeof(float));
        _il.Emit(OpCodes.Conv_I);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Starg, (short)argument);
    }
}
