using System.Diagnostics;
using FastSeg.Common;
using FastSeg.Deep.Backbones;
using FastSeg.Native;

namespace FastSeg.Deep.Tokens;

/// <summary>Takes one finished row of an image's cells: columns x dimension floats, valid during the call.</summary>
internal unsafe delegate void TokenRow(long row, float* tokens);

/// <summary>
/// The blended tokens of a whole page at one scale, one row of cells after another. Windows run in row-major order, and only as many rows
/// of cells are held as a window has, so memory grows with the image's width and not with its height.
/// </summary>
internal sealed unsafe class LowResolutionTokens : IDisposable
{
    private readonly Backbone _backbone;
    private readonly WindowAxis _down, _across;
    private readonly BackboneWindow[] _windows;
    private readonly TokenView[] _tokens;
    private readonly ScaledPage _page;
    private readonly HostBuffer _sums;
    private readonly HostBuffer _weights;
    private readonly long _sumColumns;
    private readonly int _scale;

    /// <summary>Plans and allocates everything a pass over the image needs.</summary>
    /// <param name="backbone">The network.</param>
    /// <param name="image">The image.</param>
    /// <param name="map">Input range.</param>
    /// <param name="policy">Windows.</param>
    /// <param name="scale">How many times the page is enlarged: 1 or 2.</param>
    /// <param name="atOnce">Windows that run at once, each on a thread of its own; no more than there are windows.</param>
    public LowResolutionTokens(
        Backbone backbone, ImageReader image, InputMap map, WindowPolicy policy, int scale = 1, int atOnce = 1)
    {
        (_backbone, _scale) = (backbone, scale);
        (_down, _across) = Axes(backbone, image.Info, policy, scale);
        (Rows, Columns) = (CellsAt(scale, image.Info.Height, backbone), CellsAt(scale, image.Info.Width, backbone));
        _windows = new BackboneWindow[Math.Min(atOnce, Windows)];
        _tokens = new TokenView[_windows.Length];
        try
        {
            for (int i = 0; i < _windows.Length; i++)
            {
                _windows[i] = new BackboneWindow(backbone, _down.Size, _across.Size, policy.FlipAverage);
            }
            _page = new ScaledPage(backbone, image, map, scale, _windows[0].Width, _windows[0].Height, wholeRows: true);
            _sumColumns = Math.Max(Columns, _across.Size);
            _sums = new HostBuffer(_down.Size * _sumColumns * backbone.Description.Dimension * sizeof(float));
            _weights = new HostBuffer(_down.Size * _sumColumns * sizeof(float));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Rows of cells of the page.</summary>
    public long Rows { get; }

    /// <summary>Columns of cells of the page.</summary>
    public long Columns { get; }

    /// <summary>Windows of the page.</summary>
    public long Windows => _down.Count * _across.Count;

    /// <summary>Cells of a side of <paramref name="pixels"/> pixels; the last one may reach past the edge.</summary>
    public static long Cells(long pixels, int patch) => (pixels + patch - 1) / patch;

    /// <summary>
    /// Bytes the constructor allocates besides its windows' (<see cref="BackboneWindow.Bytes"/>); ONNX Runtime's own working memory comes
    /// on top.
    /// </summary>
    public static long SharedBytes(Backbone backbone, ImageReader image, WindowPolicy policy, int scale = 1)
    {
        (WindowAxis down, WindowAxis across) = Axes(backbone, image.Info, policy, scale);
        int patch = backbone.Description.Patch;
        long columns = Math.Max(CellsAt(scale, image.Info.Width, backbone), across.Size);
        return ScaledPage.Bytes(image, scale, across.Size * patch, down.Size * patch, wholeRows: true)
            + (down.Size * columns * (backbone.Description.Dimension + 1) * sizeof(float));
    }

    /// <summary>Rows and columns of cells of a window of an image.</summary>
    public static (int Rows, int Columns) WindowSize(Backbone backbone, ImageInfo image, WindowPolicy policy, int scale = 1)
    {
        (WindowAxis down, WindowAxis across) = Axes(backbone, image, policy, scale);
        return (down.Size, across.Size);
    }

    /// <summary>How many windows an image has at a scale.</summary>
    public static long WindowCount(Backbone backbone, ImageInfo image, WindowPolicy policy, int scale)
    {
        (WindowAxis down, WindowAxis across) = Axes(backbone, image, policy, scale);
        return down.Count * across.Count;
    }

    /// <summary>
    /// Runs the windows and hands every row of cells to <paramref name="take"/>, top to bottom. Windows are read and blended in row-major
    /// order however many run at once, so the tokens are always the same. Windows without a cell that is needed are left out: rows of cells
    /// that no window reaches are not handed out, and other cells that are not needed have any values.
    /// </summary>
    /// <param name="take">Takes the rows, one call at a time.</param>
    /// <param name="run">Progress and cancellation.</param>
    /// <param name="times">Gets the time of the network, and as the projection's that of <paramref name="take"/>; null for neither.</param>
    /// <param name="needed">The pixels whose cells are needed; null for all.</param>
    /// <returns>Windows that ran.</returns>
    /// <exception cref="FastSegException">The file is corrupt, a sample is not finite, or ONNX Runtime failed.</exception>
    public long Run(TokenRow take, ComputeOptions run, StageTimes? times = null, NeededPixels? needed = null)
    {
        long[] windows = Needed(needed);
        StageTimes[] clocks = [.. _windows.Select(_ => new StageTimes())];
        long[] allocated = new long[_windows.Length];
        ClearRows(0, _down.Size);
        Workers.RunInOrder(
            _windows.Length, windows.Length, run,
            (worker, window) =>
            {
                long since = Stopwatch.GetTimestamp();
                allocated[worker] = GC.GetAllocatedBytesForCurrentThread();
                (long row, long column) = Math.DivRem(windows[window], _across.Count);
                bool first = window == 0 || windows[window - 1] / _across.Count != row;
                Load(_windows[worker], row, column, first);
                clocks[worker].Add(Stage.Vit, since);
            },
            (worker, window) =>
            {
                long since = Stopwatch.GetTimestamp();
                // Memory that the last passes work in is given back.
                _tokens[worker] = _windows[worker].Forward(keep: window + _windows.Length < windows.Length);
                clocks[worker].Add(Stage.Vit, since);
            },
            (worker, window) =>
            {
                long since = Stopwatch.GetTimestamp();
                (long row, long column) = Math.DivRem(windows[window], _across.Count);
                long next = window + 1 < windows.Length ? windows[window + 1] / _across.Count : -1;
                Blend(row, column, _tokens[worker]);
                since = clocks[worker].Add(Stage.Vit, since);
                if (next != row)
                {
                    HandOut(row, take);
                    if (next > row + 1)
                    {
                        // Windows that are left out would have added to what is below.
                        ClearRows(0, _down.Size);
                    }
                    clocks[worker].Add(Stage.Projection, since);
                }
                FreedMemory.Limit(allocated[worker]);
            });
        Array.ForEach(clocks, clock => times?.Add(clock, clocks.Length));
        return windows.Length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_windows, window => window?.Dispose());
        _page?.Dispose();
        _sums?.Dispose();
        _weights?.Dispose();
        // The C library keeps tens of MiB of what the passes freed. They would lie beside the tiles' buffers, which the plan counts alone.
        FreedMemory.Return();
    }

    /// <summary>Cells along a side of a page that is enlarged.</summary>
    private static long CellsAt(int scale, long pixels, Backbone backbone) =>
        Cells(checked(pixels * scale), backbone.Description.Patch);

    private static (WindowAxis Down, WindowAxis Across) Axes(Backbone backbone, ImageInfo info, WindowPolicy policy, int scale)
    {
        policy.Check();
        bool fixedSize = backbone.FixedTokens is not null;
        if (fixedSize && policy.Tokens != backbone.FixedTokens)
        {
            throw backbone.Misfit($"the graph takes windows of {backbone.FixedTokens} cells only, but {policy.Tokens} are asked for");
        }
        return (
            new WindowAxis(CellsAt(scale, info.Height, backbone), policy, fixedSize),
            new WindowAxis(CellsAt(scale, info.Width, backbone), policy, fixedSize));
    }

    /// <summary>Weighted sum of a cell's tokens; rows of cells are a ring of a window's rows.</summary>
    private float* Sum(long row, long column) =>
        (float*)_sums.Pointer + ((((row % _down.Size) * _sumColumns) + column) * _backbone.Description.Dimension);

    private float* Weight(long row, long column) => (float*)_weights.Pointer + ((row % _down.Size) * _sumColumns) + column;

    /// <summary>The numbers of the windows over pixels that are needed, counted row by row.</summary>
    private long[] Needed(NeededPixels? needed)
    {
        int side = _backbone.Description.Patch / _scale;
        var windows = new List<long>();
        for (long row = 0; row < _down.Count; row++)
        {
            NeededPixels? here = needed?.InRows(_down.Start(row) * side, (_down.Start(row) + _down.Size) * side);
            for (long column = 0; column < _across.Count; column++)
            {
                if (here?.AnyInColumns(_across.Start(column) * side, (_across.Start(column) + _across.Size) * side) != false)
                {
                    windows.Add((row * _across.Count) + column);
                }
            }
        }
        return [.. windows];
    }

    /// <summary>Makes the network's input of a window, which may be the first that is loaded of its row.</summary>
    private void Load(BackboneWindow to, long row, long column, bool first)
    {
        int patch = _backbone.Description.Patch;
        var part = new Region(_across.Start(column) * patch, _down.Start(row) * patch, to.Width, to.Height);
        _page.Load(part, first, to.Input);
    }

    /// <summary>
    /// When a row of windows is blended: rows of cells above the next row of windows get no more, so they are divided by their weights and
    /// handed out. Cells that no window reached, because nobody needs them, are zeros.
    /// </summary>
    private void HandOut(long row, TokenRow take)
    {
        long top = _down.Start(row), next = row + 1 < _down.Count ? _down.Start(row + 1) : Rows;
        int dimension = _backbone.Description.Dimension;
        for (long done = top; done < next; done++)
        {
            for (long column = 0; column < Columns; column++)
            {
                float weight = *Weight(done, column);
                if (weight > 0)
                {
                    TokenSums.Divide(Sum(done, column), weight, dimension);
                }
            }
            take(done, Sum(done, 0));
        }
        ClearRows(top, next - top);
    }

    /// <summary>Adds a window's tokens to the sums, each times its weight down times its weight across.</summary>
    private void Blend(long row, long column, TokenView tokens)
    {
        long top = _down.Start(row), left = _across.Start(column);
        int dimension = _backbone.Description.Dimension;
        for (int i = 0; i < _down.Size; i++)
        {
            float vertical = _down.Weight(row, i);
            for (int j = 0; j < _across.Size; j++)
            {
                float weight = vertical * _across.Weight(column, j);
                *Weight(top + i, left + j) += weight;
                float* token = tokens.First + ((((nint)i * _across.Size) + j) * tokens.CellStride);
                TokenSums.Add(Sum(top + i, left + j), weight, token, tokens.NumberStride, dimension);
            }
        }
    }

    private void ClearRows(long first, long count)
    {
        int numbers = checked((int)(_sumColumns * _backbone.Description.Dimension));
        for (long row = first; row < first + count; row++)
        {
            new Span<float>(Sum(row, 0), numbers).Clear();
            new Span<float>(Weight(row, 0), (int)_sumColumns).Clear();
        }
    }
}
