using FastSeg.Onnx;
using OnnxSchema;

namespace FastSeg.Deep.Rewriting;

/// <summary>
/// Puts ONNX Runtime's <c>MultiHeadAttention</c> in the place of attention that is written out, and its <c>RotaryEmbedding</c> in the place
/// of rotary positions. Both take batch x tokens x width, so the chains that lay heads out fall away.
/// </summary>
internal sealed class AttentionFusion
{
    private const string Domain = "com.microsoft";
    private const double ScaleTolerance = 1e-6;

    private readonly GraphEdit _edit;
    private readonly string _input;
    private readonly SampleWindow _noise;
    private readonly int _threads;
    private readonly Dictionary<object, string> _made = [];

    private AttentionFusion(GraphEdit edit, string input, SampleWindow noise, int threads) =>
        (_edit, _input, _noise, _threads) = (edit, input, noise, threads);

    /// <summary>Replaces every attention that is found, and returns how many there were, and how many with rotary positions.</summary>
    /// <param name="edit">The graph.</param>
    /// <param name="input">Its input.</param>
    /// <param name="noise">An image to look at the graph's values with.</param>
    /// <param name="options">Threads, progress and cancellation.</param>
    public static (int Attentions, int Rotary) Apply(GraphEdit edit, string input, SampleWindow noise, ComputeOptions options)
    {
        var fusion = new AttentionFusion(edit, input, noise, options.WorkerCount);
        OnnxNode[] softmaxes = [.. edit.Graph.Node.Where(node => node.OpType == "Softmax")];
        (int attentions, int rotary) = (0, 0);
        for (int i = 0; i < softmaxes.Length; i++)
        {
            options.Cancellation.ThrowIfCancellationRequested();
            if (AttentionSite.Find(edit, softmaxes[i]) is { } site && fusion.Fuse(site) is { } isRotary)
            {
                attentions++;
                rotary += isRotary ? 1 : 0;
            }
            options.Progress?.Report((i + 1.0) / softmaxes.Length);
        }
        return (attentions, rotary);
    }

    /// <summary>Replaces one, and says whether it has rotary positions; null where it is no attention after all.</summary>
    private bool? Fuse(AttentionSite site)
    {
        Dictionary<string, ProbedValue> probed = Probe(site);
        ProbedValue? Of(string value) => probed.GetValueOrDefault(value);
        if (HeadView.Of(Of(site.Queries), false) is not { } queries || HeadView.Of(Of(site.Keys), true) is not { } keys
            || HeadView.Of(Of(site.Values), false) is not { } values || HeadView.Of(Of(site.Result), false) is not { } result
            || !Alike(queries, keys) || !Alike(queries, values) || !Alike(queries, result) || Factor(site, Of) is not { } scale)
        {
            return null;
        }
        HeadSource? query = Source(site.Queries, queries, probed), key = Source(site.Keys, keys, probed);
        HeadSource? value = Source(site.Values, values, probed);
        string? q = Joined(site.Queries, Of(site.Queries)!, query, queries), k = Joined(site.Keys, Of(site.Keys)!, key, queries, true);
        string? v = Joined(site.Values, Of(site.Values)!, value is { Scale: 1 } ? value : null, queries);
        if (q is null || k is null || v is null || !PutIn(site, result, Of, [q, k, v], scale * (query?.Scale ?? 1) * (key?.Scale ?? 1)))
        {
            return null;
        }
        return query?.Rotary is not null && key?.Rotary is not null;
    }

    /// <summary>Adds the operator and lets it give what the site gave.</summary>
    private bool PutIn(
        AttentionSite site, HeadView result, Func<string, ProbedValue?> of, IReadOnlyList<string> inputs, double scale)
    {
        string? joined = AttentionSite.Below(_edit, site.Result)
            .FirstOrDefault(below => of(below) is { } value && HeadMatch.IsJoined(result, value));
        if (joined is null && of(site.Result)!.Shape.Count != 4)
        {
            return false;
        }
        List<OnnxAttribute> attributes = [Attributes.Of("num_heads", result.Heads)];
        double usual = 1 / Math.Sqrt(result.Size);
        if (Math.Abs(scale - usual) > ScaleTolerance * usual)
        {
            attributes.Add(Attributes.Of("scale", (float)scale));
        }
        string fused = _edit.Add($"{Domain}.MultiHeadAttention", $"{site.Result}_attention", inputs, attributes);
        if (joined is not null)
        {
            _edit.Replace(joined, fused);
            return true;
        }
        string apart = _edit.Add("Reshape", $"{site.Result}_apart", [fused, Numbers(0, 0, result.Heads, result.Size)]);
        _edit.Replace(site.Result, _edit.Add("Transpose", $"{site.Result}_heads", [apart], Attributes.Of("perm", 0, 2, 1, 3)));
        return true;
    }

    private static bool Alike(HeadView a, HeadView b) => (a.Heads, a.Tokens, a.Size) == (b.Heads, b.Tokens, b.Size);

    /// <summary>What scores are multiplied by; null where that is no one number.</summary>
    private static double? Factor(AttentionSite site, Func<string, ProbedValue?> of)
    {
        double product = 1;
        foreach ((string value, bool divides) in site.Factors)
        {
            if (of(value)?.Numbers is not [var number])
            {
                return null;
            }
            product = divides ? product / number : product * number;
        }
        return product > 0 && double.IsFinite(product) ? product : null;
    }

    /// <summary>Runs the graph and returns every value that may matter to a site.</summary>
    private Dictionary<string, ProbedValue> Probe(AttentionSite site)
    {
        string[] wanted =
        [
            .. ((string[])[site.Queries, site.Keys, site.Values]).SelectMany(value => AttentionSite.Above(_edit, value)),
            site.Result, .. AttentionSite.Below(_edit, site.Result), .. site.Factors.Select(factor => factor.Value),
        ];
        var probed = new Dictionary<string, ProbedValue>(StringComparer.Ordinal);
        foreach (string constant in wanted.Where(value => _edit.Producer(value) is null or { OpType: "Constant" }))
        {
            if (ConstantFloats.Find(_edit, constant) is { } value)
            {
                probed[constant] = value;
            }
        }
        string[] run = [.. wanted.Distinct().Where(value => _edit.Producer(value) is not null and not { OpType: "Constant" })];
        using Network network = Network.Open(_edit.Model, _input, run, _threads, optimised: false);
        foreach ((string name, ProbedValue? value) in run.Zip(network.Run(_noise)))
        {
            if (value is not null)
            {
                probed[name] = value;
            }
        }
        return probed;
    }

    private HeadSource? Source(string value, HeadView heads, Dictionary<string, ProbedValue> probed)
    {
        KeyValuePair<string, ProbedValue>[] candidates = [.. AttentionSite.Above(_edit, value)
            .Where(probed.ContainsKey)
            .Select(name => KeyValuePair.Create(name, probed[name]))];
        return HeadMatch.Find(heads, candidates) ?? RotaryMatch.Find(heads, candidates);
    }

    /// <summary>
    /// The value as batch x tokens x width: its source's columns, rotated where they are, or, without a source, the heads put together
    /// again. Null where that cannot be done.
    /// </summary>
    private string? Joined(string value, ProbedValue probed, HeadSource? source, HeadView heads, bool transposed = false)
    {
        int width = heads.Heads * heads.Size;
        if (source is null)
        {
            if (probed.Shape.Count != 4)
            {
                return null;
            }
            OnnxAttribute order = transposed ? Attributes.Of("perm", 0, 3, 1, 2) : Attributes.Of("perm", 0, 2, 1, 3);
            string tokens = _edit.Add("Transpose", $"{value}_tokens", [value], order);
            return _edit.Add("Reshape", $"{value}_joined", [tokens, Numbers(0, 0, width)]);
        }
        string columns = source.Width == width ? source.Value : Made(
            (source.Value, source.Offset, width),
            () => Slice(source.Value, source.Offset, source.Offset + width, 2, 1));
        if (source.Rotary is not { } rotary)
        {
            return columns;
        }
        return _edit.Add(
            $"{Domain}.RotaryEmbedding", $"{columns}_rotated",
            [columns, Numbers([0]), Table(rotary, rotary.Cosines, 1), Table(rotary, rotary.Sines, 0)],
            Attributes.Of("num_heads", heads.Heads), Attributes.Of("interleaved", rotary.Interleaved ? 1 : 0));
    }

    /// <summary>A table with a row for every token and a column for every pair.</summary>
    /// <param name="rotary">How the graph's tables lie.</param>
    /// <param name="value">The graph's table.</param>
    /// <param name="still">What the rows of tokens get that are not rotated.</param>
    private string Table(RotaryTable rotary, string value, float still) => Made((value, rotary.Skipped, rotary.Width), () =>
    {
        string table = _edit.Add("Reshape", $"{value}_table", [value, Numbers(-1, rotary.Width)]);
        if (rotary.Width > rotary.Half)
        {
            table = rotary.Interleaved ? Slice(table, 0, rotary.Width, 1, 2) : Slice(table, 0, rotary.Half, 1, 1);
        }
        if (rotary.Skipped == 0)
        {
            return table;
        }
        float[] rows = new float[rotary.Skipped * rotary.Half];
        Array.Fill(rows, still);
        string front = _edit.Add(Tensors.Of($"{value}_front", [rotary.Skipped, rotary.Half], rows));
        return _edit.Add("Concat", $"{value}_all", [front, table], Attributes.Of("axis", 0L));
    });

    private string Slice(string value, long from, long to, long axis, long step) => _edit.Add(
        "Slice", $"{value}_from_{from}", [value, Numbers([from]), Numbers([to]), Numbers([axis]), Numbers([step])]);

    private string Numbers(params ReadOnlySpan<long> numbers)
    {
        long[] values = numbers.ToArray();
        return Made($"numbers {string.Join(' ', values)}", () => _edit.Add(Tensors.Of("numbers", [values.Length], values)));
    }

    /// <summary>Makes something once.</summary>
    private string Made(object key, Func<string> make)
    {
        if (!_made.TryGetValue(key, out string? name))
        {
            _made[key] = name = make();
        }
        return name;
    }
}
