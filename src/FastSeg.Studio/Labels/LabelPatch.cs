namespace FastSeg.Studio.Labels;

/// <summary>The labels that one operation painted over on a page, run by run, in a few bytes a run: what undo puts back.</summary>
internal sealed class LabelPatch
{
    /// <summary>Bytes above which a patch is not kept; undo then computes the page again from its last snapshot.</summary>
    public const int DefaultLimit = 16 << 20;

    private readonly byte[]? _runs;

    private LabelPatch(byte[]? runs, Region? region) => (_runs, Region) = (runs, region);

    /// <summary>The smallest rectangle of all changed pixels; null where none changed.</summary>
    public Region? Region { get; }

    /// <summary>Whether the old labels were kept.</summary>
    public bool Kept => _runs is not null;

    /// <summary>Bytes that the patch holds.</summary>
    public int Bytes => _runs?.Length ?? 0;

    /// <summary>What says that any pixel of a page may have changed, and keeps nothing.</summary>
    public static LabelPatch Whole(LabelRaster page) => new(null, new Region(0, 0, page.Width, page.Height));

    /// <summary>All labels of a page, to be painted on an empty one.</summary>
    /// <param name="page">The page.</param>
    /// <param name="limit">Bytes above which nothing is kept.</param>
    public static LabelPatch Of(LabelRaster page, int limit)
    {
        var writer = new Writer(limit);
        foreach (LabelRun run in page.Runs())
        {
            writer.Add(run);
        }
        return writer.Finish();
    }

    /// <summary>A patch whose <see cref="Content"/> was stored; it does not know its region.</summary>
    public static LabelPatch FromContent(byte[] content) => new(content, null);

    /// <summary>What <see cref="FromContent"/> takes.</summary>
    public ReadOnlySpan<byte> Content => _runs;

    /// <summary>The old labels, in the order in which they were painted over. No pixel comes twice.</summary>
    /// <exception cref="InvalidOperationException">They were too many to be kept.</exception>
    public IEnumerable<LabelRun> Runs()
    {
        byte[] runs = _runs ?? throw new InvalidOperationException("The patch was not kept.");
        long x = 0, y = 0;
        for (int at = 0; at < runs.Length;)
        {
            byte label = runs[at++];
            y += Signed(runs, ref at);
            x += Signed(runs, ref at);
            int length = (int)Number(runs, ref at);
            yield return new LabelRun(y, x, length, label);
            x += length;
        }
    }

    private static long Signed(byte[] bytes, ref int at)
    {
        ulong number = Number(bytes, ref at);
        return (long)(number >> 1) ^ -(long)(number & 1);
    }

    private static ulong Number(byte[] bytes, ref int at)
    {
        ulong number = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = bytes[at++];
            number |= (ulong)(next & 127) << shift;
            if (next < 128)
            {
                return number;
            }
        }
    }

    /// <summary>Collects the runs of a patch. A run is its label, its distance from the end of the run before, and its length.</summary>
    internal sealed class Writer(int limit)
    {
        private readonly List<byte> _runs = [];
        private LabelRun _open;
        private long _x, _y, _left = long.MaxValue, _top = long.MaxValue, _right = long.MinValue, _bottom = long.MinValue;
        private bool _overflowed;

        /// <summary>Adds pixels with the label that they had.</summary>
        public void Add(LabelRun run)
        {
            _left = Math.Min(_left, run.X);
            _right = Math.Max(_right, run.X + run.Length);
            _top = Math.Min(_top, run.Y);
            _bottom = Math.Max(_bottom, run.Y + 1);
            // A run that only a tile's edge parts is one run.
            if (run.Y == _open.Y && run.X == _open.X + _open.Length && run.Label == _open.Label && _open.Length < 1 << 30)
            {
                _open = _open with { Length = _open.Length + run.Length };
                return;
            }
            Close();
            _open = run;
        }

        /// <summary>Ends the patch.</summary>
        public LabelPatch Finish()
        {
            Close();
            Region? region = _left == long.MaxValue ? null : new Region(_left, _top, _right - _left, _bottom - _top);
            return new LabelPatch(_overflowed ? null : [.. _runs], region);
        }

        private void Close()
        {
            if (_open.Length == 0 || _overflowed)
            {
                return;
            }
            _runs.Add(_open.Label);
            AddSigned(_open.Y - _y);
            AddSigned(_open.X - _x);
            AddNumber((ulong)_open.Length);
            (_y, _x) = (_open.Y, _open.X + _open.Length);
            if (_runs.Count > limit)
            {
                _overflowed = true;
                _runs.Clear();
                _runs.TrimExcess();
            }
        }

        private void AddSigned(long number) => AddNumber((ulong)((number << 1) ^ (number >> 63)));

        private void AddNumber(ulong number)
        {
            for (; number >= 128; number >>= 7)
            {
                _runs.Add((byte)(number | 128));
            }
            _runs.Add((byte)number);
        }
    }
}
