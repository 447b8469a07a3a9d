namespace FastSeg.Deep.Upsamplers;

/// <summary>
/// One step of the upsampler on images of one size: what it reads and how large its whole result would be. Only the part that later
/// stages still need is ever kept.
/// </summary>
internal abstract class UpsamplerStage
{
    /// <summary>Rows of the whole result.</summary>
    public required int Height { get; init; }

    /// <summary>Columns of the whole result.</summary>
    public required int Width { get; init; }

    /// <summary>Number of the stage that is read; -1 for none.</summary>
    public int Source { get; init; } = -1;

    /// <summary>Number of a second stage whose channels follow the first one's; -1 for none.</summary>
    public int Second { get; init; } = -1;

    /// <summary>Whether the guidance image, resized to this stage's size, is stored behind the stage's own channels.</summary>
    public bool WithImage { get; init; }

    /// <summary>Whether the guidance image is what the stage reads.</summary>
    public abstract bool ReadsImage { get; }

    /// <summary>
    /// How many neighbouring rows are computed together, the first of them divisible by this number; the same for columns.
    /// </summary>
    public virtual int Group => 1;

    /// <summary>Rows (or columns) of the whole result.</summary>
    public int Length(bool rows) => rows ? Height : Width;

    /// <summary>The last of the rows (or columns) that are computed together with <paramref name="position"/>.</summary>
    public int GroupEnd(int position, bool rows) => Math.Min(Length(rows) - 1, position - (position % Group) + Group - 1);

    /// <summary>The rows (or columns) of a source that <paramref name="first"/> .. <paramref name="last"/> of this stage need.</summary>
    /// <param name="rows">Rows, or columns.</param>
    /// <param name="first">First row or column of this stage.</param>
    /// <param name="last">Last one.</param>
    /// <param name="source">Rows or columns of the whole source.</param>
    public abstract (int Low, int High) Reads(bool rows, int first, int last, int source);

    /// <summary>The same for pooling two by two. A source of one row has no second one: its last row stands in.</summary>
    protected static (int Low, int High) PoolingReads(int first, int last, int source) =>
        (Math.Min(2 * first, source - 1), Math.Min((2 * last) + 1, source - 1));
}
