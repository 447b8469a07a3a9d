using FastSeg.Deep.Backbones;
using FastSeg.Images;
using FastSeg.Native;

namespace FastSeg.Deep.Tokens;

/// <summary>Takes one finished row of an image's cells: columns x dimension floats, valid during the call.</summary>
internal unsafe delegate void TokenRow(long row, float* tokens);

/// <summary>
/// The blended tokens of a whole image, one row of cells after another. Windows run in row-major order, and only as many rows of cells are
/// held as a window has, so memory grows with the image's width and not with its height.
/// </summary>
internal sealed unsafe class LowResolutionTokens : IDisposable
{
    private readonly Backbone _backbone;
    private readonly ImageReader _image;
    private readonly BackboneInput _input;
    private readonly WindowAxis _down, _across;
    private readonly BackboneWindow _window;
    private readonly HostBuffer _samples;
    private readonly HostBuffer _sums;
    private readonly HostBuffer _weights;
    private readonly long _sumColumns;
    private readonly bool _wholeRows;

    /// <summary>Plans and allocates everything a pass over the image needs.</summary>
    public LowResolutionTokens(Backbone backbone, ImageReader image, InputRange range, WindowPolicy policy)
    {
        (_backbone, _image) = (backbone, image);
        (_down, _across) = Axes(backbone, image.Info, policy);
        _input = new BackboneInput(backbone.Description, range, image.Info.Type);
        _window = new BackboneWindow(backbone, _down.Size, _across.Size, policy.FlipAverage);
        _wholeRows = WholeRows(backbone, image, _down);
        _samples = new HostBuffer(SampleBytes(backbone, image, _down, _across));
        _sumColumns = Math.Max(Columns, _across.Size);
        _sums = new HostBuffer(_down.Size * _sumColumns * backbone.Description.Dimension * sizeof(float));
        _weights = new HostBuffer(_down.Size * _sumColumns * sizeof(float));
    }

    /// <summary>Rows of cells of the image.</summary>
    public long Rows => Cells(_image.Info.Height, _backbone.Description.Patch);

    /// <summary>Columns of cells of the image.</summary>
    public long Columns => Cells(_image.Info.Width, _backbone.Description.Patch);

    /// <summary>Windows of the image.</summary>
    public long Windows => _down.Count * _across.Count;

    /// <summary>Cells of a side of <paramref name="pixels"/> pixels; the last one may reach past the edge.</summary>
    public static long Cells(long pixels, int patch) => (pixels + patch - 1) / patch;

    /// <summary>Bytes the constructor allocates; ONNX Runtime's own working memory comes on top.</summary>
    public static long Bytes(Backbone backbone, ImageReader image, WindowPolicy policy)
    {
        (WindowAxis down, WindowAxis across) = Axes(backbone, image.Info, policy);
        long columns = Math.Max(Cells(image.Info.Width, backbone.Description.Patch), across.Size);
        return BackboneWindow.Bytes(backbone, down.Size, across.Size, policy.FlipAverage)
            + SampleBytes(backbone, image, down, across)
            + (down.Size * columns * (backbone.Description.Dimension + 1) * sizeof(float));
    }

    /// <summary>Rows and columns of cells of a window of an image.</summary>
    public static (int Rows, int Columns) WindowSize(Backbone backbone, ImageInfo image, WindowPolicy policy)
    {
        (WindowAxis down, WindowAxis across) = Axes(backbone, image, policy);
        return (down.Size, across.Size);
    }

    /// <summary>Runs the windows and hands every row of cells to <paramref name="take"/>, top to bottom.</summary>
    /// <exception cref="FastSegException">The file is corrupt, a sample is not finite, or ONNX Runtime failed.</exception>
    public void Run(TokenRow take, ComputeOptions run)
    {
        ClearRows(0, _down.Size);
        for (long row = 0; row < _down.Count; row++)
        {
            long top = _down.Start(row);
            for (long column = 0; column < _across.Count; column++)
            {
                run.Cancellation.ThrowIfCancellationRequested();
                Load(top, _across.Start(column), column == 0);
                bool last = row + 1 == _down.Count && column + 1 == _across.Count;
                Blend(row, column, _window.Forward(keep: !last));
                run.Progress?.Report((double)((row * _across.Count) + column + 1) / Windows);
            }
            // Rows of cells above the next row of windows get no more: divide by their weights, and hand them out.
            long next = row + 1 < _down.Count ? _down.Start(row + 1) : Rows;
            for (long done = top; done < next; done++)
            {
                Divide(done);
                take(done, Sum(done, 0));
            }
            ClearRows(top, next - top);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _window.Dispose();
        _samples.Dispose();
        _sums.Dispose();
        _weights.Dispose();
    }

    private static (WindowAxis Down, WindowAxis Across) Axes(Backbone backbone, ImageInfo info, WindowPolicy policy)
    {
        policy.Check();
        int patch = backbone.Description.Patch;
        bool fixedSize = backbone.FixedTokens is not null;
        if (fixedSize && policy.Tokens != backbone.FixedTokens)
        {
            throw backbone.Misfit($"the graph takes windows of {backbone.FixedTokens} cells only, but {policy.Tokens} are asked for");
        }
        return (
            new WindowAxis(Cells(info.Height, patch), policy, fixedSize),
            new WindowAxis(Cells(info.Width, patch), policy, fixedSize));
    }

    /// <summary>Whether a whole row of windows is read at once, because the file gives whole rows anyway.</summary>
    private static bool WholeRows(Backbone backbone, ImageReader image, WindowAxis down) =>
        image.PrefersWholeRows && image.Info.Width * down.Size * backbone.Description.Patch * image.Info.PixelBytes <= int.MaxValue;

    private static long SampleBytes(Backbone backbone, ImageReader image, WindowAxis down, WindowAxis across)
    {
        long patch = backbone.Description.Patch;
        long width = WholeRows(backbone, image, down) ? image.Info.Width : Math.Min(image.Info.Width, across.Size * patch);
        return width * Math.Min(image.Info.Height, down.Size * patch) * image.Info.PixelBytes;
    }

    /// <summary>Weighted sum of a cell's tokens; rows of cells are a ring of a window's rows.</summary>
    private float* Sum(long row, long column) =>
        (float*)_sums.Pointer + ((((row % _down.Size) * _sumColumns) + column) * _backbone.Description.Dimension);

    private float* Weight(long row, long column) => (float*)_weights.Pointer + ((row % _down.Size) * _sumColumns) + column;

    /// <summary>
    /// Reads a window's pixels into the network's input; where whole rows are read, the first window of a row has read them.
    /// </summary>
    private void Load(long top, long left, bool first)
    {
        int patch = _backbone.Description.Patch;
        ImageInfo info = _image.Info;
        var window = new Region(left * patch, top * patch, _window.Width, _window.Height);
        Region area = (_wholeRows ? window with { X = 0, Width = info.Width } : window).Intersect(info.Bounds);
        if (first || !_wholeRows)
        {
            _image.Read(area, _samples.Span<byte>(0, checked((int)(area.Pixels * info.PixelBytes))));
            if (!SampleChecks.AllFinite(_samples.Pointer, area.Pixels * info.Channels, info.Type))
            {
                throw SampleSearch.FirstNotFinite(_image);
            }
        }
        _input.Fill(_samples.Pointer, area, info, window, _window.Input);
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
                float* sum = Sum(top + i, left + j);
                float* token = tokens.First + ((((nint)i * _across.Size) + j) * tokens.CellStride);
                nint stride = tokens.NumberStride;
                for (int number = 0; number < dimension; number++)
                {
                    sum[number] = MathF.FusedMultiplyAdd(weight, token[number * stride], sum[number]);
                }
            }
        }
    }

    /// <summary>Divides a finished row of cells by the sum of its weights.</summary>
    private void Divide(long row)
    {
        int dimension = _backbone.Description.Dimension;
        for (long column = 0; column < Columns; column++)
        {
            float weight = *Weight(row, column);
            float* sum = Sum(row, column);
            for (int number = 0; number < dimension; number++)
            {
                sum[number] /= weight;
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
