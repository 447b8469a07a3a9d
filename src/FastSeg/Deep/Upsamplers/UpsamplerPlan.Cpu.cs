using FastSeg.Images;

namespace FastSeg.Deep;

/// <summary>
/// The upsampler on images of one size: its stages in order, which rows and columns of each a region of the result needs, and how many
/// of them are kept. The result is computed in strips of <see cref="StripRows"/> rows from top to bottom; every stage is a ring of rows
/// that moves down with the strips, so a tall region computes no row twice, and memory depends on the region's width alone. A stage
/// with a single reader computes its rows when they are asked for: then a double convolution's middle is a few rows, still in the cache.
/// </summary>
internal sealed class UpsamplerPlan
{
    /// <summary>Rows of the result computed in one go.</summary>
    public const int StripRows = 32;

    /// <summary>Columns of the result that are taken apart into planes together, a block of channels at a time.</summary>
    public const int PanelColumns = 128;

    private readonly List<UpsamplerStage> _stages;

    /// <summary>Lays out the stages.</summary>
    /// <param name="network">The weights.</param>
    /// <param name="height">Rows of the guidance image and of the result.</param>
    /// <param name="width">Columns of them.</param>
    /// <param name="lowHeight">Rows of the low-resolution features.</param>
    /// <param name="lowWidth">Columns of the low-resolution features.</param>
    /// <param name="maxWidth">Columns of the widest region that will be asked for.</param>
    public UpsamplerPlan(Upsampler network, int height, int width, int lowHeight, int lowWidth, int maxWidth)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Math.Min(Math.Min(height, width), Math.Min(lowHeight, lowWidth)), 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxWidth, 1);
        (Network, Height, Width, LowHeight, LowWidth) = (network, height, width, lowHeight, lowWidth);
        MaxWidth = Math.Min(maxWidth, width);
        _stages = UpsamplerLayout.Of(network, height, width, lowHeight, lowWidth);
        MaxColumns = new int[_stages.Count];
        MaxRows = new int[_stages.Count];
        MeasureColumns();
        MeasureRows();
    }

    /// <summary>The weights.</summary>
    public Upsampler Network { get; }

    /// <summary>Rows of the guidance image and of the result.</summary>
    public int Height { get; }

    /// <summary>Columns of the guidance image and of the result.</summary>
    public int Width { get; }

    /// <summary>Rows of the low-resolution features.</summary>
    public int LowHeight { get; }

    /// <summary>Columns of the low-resolution features.</summary>
    public int LowWidth { get; }

    /// <summary>Columns of the widest region that will be asked for.</summary>
    public int MaxWidth { get; }

    /// <summary>Every stage, each after those it reads; the last one, resized to the image, is the result.</summary>
    public IReadOnlyList<UpsamplerStage> Stages => _stages;

    /// <summary>Most rows of each stage that are kept at a time.</summary>
    public int[] MaxRows { get; }

    /// <summary>Most columns of each stage that a region needs, padding not counted.</summary>
    public int[] MaxColumns { get; }

    /// <summary>
    /// The rows (or columns) of every stage that rows (columns) <paramref name="first"/> .. <paramref name="last"/> of the result need.
    /// The spans hold one more entry than there are stages: the guidance image's.
    /// </summary>
    public void Trace(bool rows, int first, int last, Span<int> firsts, Span<int> lasts)
    {
        int count = _stages.Count;
        firsts[..(count + 1)].Fill(int.MaxValue);
        lasts[..(count + 1)].Fill(-1);
        UpsamplerStage end = _stages[^1];
        int length = rows ? Height : Width, endLength = rows ? end.Height : end.Width;
        Hull(count - 1, Resize.Nearest(first, endLength, length), Resize.Nearest(last, endLength, length), firsts, lasts);
        for (int s = count - 1; s >= 0; s--)
        {
            UpsamplerStage stage = _stages[s];
            int own = rows ? stage.Height : stage.Width;
            firsts[s] -= firsts[s] % stage.Group;
            lasts[s] = stage.GroupEnd(lasts[s], rows);
            int image = rows ? Height : Width;
            int source = stage.Source < 0 ? image : rows ? _stages[stage.Source].Height : _stages[stage.Source].Width;
            (int low, int high) = stage.Reads(rows, firsts[s], lasts[s], source);
            if (stage.Kind != UpsamplerKind.Features)
            {
                Hull(stage.Source < 0 ? count : stage.Source, low, high, firsts, lasts);
            }
            if (stage.Second >= 0)
            {
                Hull(stage.Second, low, high, firsts, lasts);
            }
            if (stage.WithImage)
            {
                Hull(count, Resize.Nearest(firsts[s], image, own), Resize.Nearest(lasts[s], image, own), firsts, lasts);
            }
        }
    }

    /// <summary>The part of the guidance image that <paramref name="region"/> of the result depends on.</summary>
    public Region Guidance(Region region) => Part(region, _stages.Count);

    /// <summary>The cells of the low-resolution features that <paramref name="region"/> of the result depends on.</summary>
    public Region Features(Region region) => Part(region, _stages.FindIndex(stage => stage.Kind == UpsamplerKind.Features));

    private Region Part(Region region, int stage)
    {
        int count = _stages.Count;
        Span<int> firsts = stackalloc int[count + 1], lasts = stackalloc int[count + 1];
        Trace(true, (int)region.Y, (int)region.Bottom - 1, firsts, lasts);
        (int top, int bottom) = (firsts[stage], lasts[stage]);
        Trace(false, (int)region.X, (int)region.Right - 1, firsts, lasts);
        return new Region(firsts[stage], top, lasts[stage] - firsts[stage] + 1, bottom - top + 1);
    }

    private static void Hull(int stage, int low, int high, Span<int> firsts, Span<int> lasts)
    {
        firsts[stage] = Math.Min(firsts[stage], low);
        lasts[stage] = Math.Max(lasts[stage], high);
    }

    private void MeasureColumns()
    {
        Span<int> firsts = stackalloc int[_stages.Count + 1], lasts = stackalloc int[_stages.Count + 1];
        for (int x = 0; x + MaxWidth <= Width; x++)
        {
            Trace(false, x, x + MaxWidth - 1, firsts, lasts);
            for (int s = 0; s < _stages.Count; s++)
            {
                MaxColumns[s] = Math.Max(MaxColumns[s], lasts[s] - firsts[s] + 1);
            }
        }
    }

    /// <summary>
    /// A strip computes what every stage still lacks, stage after stage. So a stage holds the rows from the first one that a reader's
    /// next row needs to the last one that this strip needs; a region's first strip starts every reader at the first row it needs.
    /// A stage on demand holds what one row (or group of rows) of its reader needs, the result a group of rows.
    /// </summary>
    private void MeasureRows()
    {
        int count = _stages.Count + 1;
        Span<int> firsts = stackalloc int[count], lasts = stackalloc int[count], kept = stackalloc int[count];
        Span<int> begin = stackalloc int[count], end = stackalloc int[count];
        for (int y = 0; y < Height; y++)
        {
            Trace(true, y, Math.Min(y + StripRows, Height) - 1, firsts, lasts);
            firsts.CopyTo(kept);
            if (y > 0)
            {
                Trace(true, y - 1, y - 1, begin, end);
                KeepForReaders(end, lasts, kept);
            }
            for (int s = 0; s < _stages.Count; s++)
            {
                MaxRows[s] = _stages[s].OnDemand ? MaxRows[s] : Math.Max(MaxRows[s], lasts[s] - kept[s] + 1);
            }
        }
        MaxRows[^1] = _stages[^1].Group;
        foreach (UpsamplerStage reader in _stages)
        {
            for (int y = 0; reader.Source >= 0 && y < reader.Height; y += reader.Group)
            {
                (int low, int high) = reader.Reads(true, y, reader.GroupEnd(y, true), _stages[reader.Source].Height);
                KeepRows(reader.Source, low, high);
                if (reader.Second >= 0)
                {
                    KeepRows(reader.Second, low, high);
                }
            }
        }
    }

    private void KeepRows(int source, int low, int high) =>
        MaxRows[source] = Math.Max(MaxRows[source], _stages[source].GroupEnd(high, true) - low + 1);

    private void KeepForReaders(ReadOnlySpan<int> done, ReadOnlySpan<int> lasts, Span<int> kept)
    {
        for (int s = 0; s < _stages.Count; s++)
        {
            UpsamplerStage reader = _stages[s];
            if (reader.Source >= 0 && done[s] < lasts[s])
            {
                int low = reader.Reads(true, done[s] + 1, done[s] + 1, _stages[reader.Source].Height).Low;
                kept[reader.Source] = Math.Min(kept[reader.Source], low);
                if (reader.Second >= 0)
                {
                    kept[reader.Second] = Math.Min(kept[reader.Second], low);
                }
            }
        }
    }
}
