using FastSeg.Native;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace FastSeg.Deep.Backbones;

/// <summary>
/// Input and output of a backbone for windows of one size, in memory of ours that ONNX Runtime reads and writes directly. One pass runs at
/// a time. While a window is there, its backbone's session is not freed. The memory is the host's with the CUDA provider too, which copies
/// both over: the host prepares the pixels, and blends and projects the tokens.
/// </summary>
internal sealed unsafe class BackboneWindow : IDisposable
{
    private readonly Backbone _backbone;
    private readonly HostBuffer _input;
    private readonly HostBuffer _output;
    private readonly HostBuffer? _average;
    private readonly OrtValue _image;
    private readonly OrtValue _tokens;
    private readonly OrtIoBinding _binding;
    private readonly RunOptions _keep = BackboneSession.PassOptions(keep: true), _giveBack;
    private int _disposed;

    /// <summary>Allocates and binds buffers.</summary>
    /// <param name="backbone">The network.</param>
    /// <param name="rows">Rows of cells.</param>
    /// <param name="columns">Columns of cells.</param>
    /// <param name="flipAverage">Whether <see cref="Forward"/> averages over the four flips.</param>
    /// <exception cref="ObjectDisposedException">The backbone was disposed.</exception>
    public BackboneWindow(Backbone backbone, int rows, int columns, bool flipAverage)
    {
        BackboneDescription description = backbone.Description;
        _backbone = backbone;
        _giveBack = BackboneSession.PassOptions(device: backbone.Device);
        Rows = rows;
        Columns = columns;
        InferenceSession session = backbone.Passes.Enter();
        try
        {
            _input = new HostBuffer(InputBytes(backbone, rows, columns));
            _output = new HostBuffer(OutputBytes(backbone, rows, columns));
            _average = flipAverage ? new HostBuffer((long)rows * columns * description.Dimension * sizeof(float)) : null;
            _image = Value(_input, [1, BackboneInput.Colours, Height, Width]);
            _tokens = Value(_output, BackboneGraph.Output(description, rows, columns));
            _binding = session.CreateIoBinding();
            _binding.BindInput(description.Input, _image);
            _binding.BindOutput(description.Output, _tokens);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Rows of cells.</summary>
    public int Rows { get; }

    /// <summary>Columns of cells.</summary>
    public int Columns { get; }

    /// <summary>Rows of pixels.</summary>
    public int Height => Rows * _backbone.Description.Patch;

    /// <summary>Columns of pixels.</summary>
    public int Width => Columns * _backbone.Description.Patch;

    /// <summary>The input: three planes of <see cref="Height"/> x <see cref="Width"/>.</summary>
    public float* Input => (float*)_input.Pointer;

    /// <summary>Bytes the constructor allocates.</summary>
    public static long Bytes(Backbone backbone, int rows, int columns, bool flipAverage) =>
        InputBytes(backbone, rows, columns) + OutputBytes(backbone, rows, columns)
        + (flipAverage ? (long)rows * columns * backbone.Description.Dimension * sizeof(float) : 0);

    /// <summary>Runs the network on <see cref="Input"/>; what it returns is valid until the next call.</summary>
    /// <param name="keep">
    /// Whether another pass follows. ONNX Runtime then keeps its working memory; giving it back and taking it again costs 5 % of a pass.
    /// </param>
    /// <exception cref="FastSegException">ONNX Runtime failed.</exception>
    /// <exception cref="ObjectDisposedException">The backbone was disposed.</exception>
    public TokenView Forward(bool keep = false)
    {
        if (_average is null)
        {
            return Run(keep ? _keep : _giveBack);
        }
        long values = _average.Length / sizeof(float);
        float* average = (float*)_average.Pointer;
        new Span<float>(average, checked((int)values)).Clear();
        // No flip, columns, both, rows: each differs from the last by one flip of the input, which ends as it was.
        AddFlipped(average, false, false);
        BackboneFlip.Columns(Input, BackboneInput.Colours * Height, Width);
        AddFlipped(average, true, false);
        BackboneFlip.Rows(Input, BackboneInput.Colours, Height, Width);
        AddFlipped(average, true, true);
        BackboneFlip.Columns(Input, BackboneInput.Colours * Height, Width);
        AddFlipped(average, false, true, keep);
        BackboneFlip.Rows(Input, BackboneInput.Colours, Height, Width);
        for (long i = 0; i < values; i++)
        {
            average[i] *= 0.25f;
        }
        return new TokenView(average, _backbone.Description.Dimension, 1);
    }

    /// <summary>
    /// Runs the network once and returns by how many bytes the process grew: the memory it worked in, which is kept this once.
    /// </summary>
    /// <exception cref="FastSegException">ONNX Runtime failed.</exception>
    public long Measure()
    {
        // Touch every page of our own buffers, so that they are resident before the pass and not counted.
        new Span<byte>(_input.Pointer, checked((int)_input.Length)).Clear();
        new Span<byte>(_output.Pointer, checked((int)_output.Length)).Clear();
        _backbone.Passes.Begin(alone: true);
        try
        {
            long before = ProcessMemory.Resident();
            Pass(_keep);
            return Math.Max(0, ProcessMemory.Resident() - before);
        }
        finally
        {
            _backbone.Passes.End();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }
        // Some are missing where the constructor failed.
        _binding?.Dispose();
        _keep.Dispose();
        _giveBack.Dispose();
        _image?.Dispose();
        _tokens?.Dispose();
        _input?.Dispose();
        _output?.Dispose();
        _average?.Dispose();
        _backbone.Passes.Leave();
    }

    private static long InputBytes(Backbone backbone, int rows, int columns) =>
        (long)BackboneInput.Colours * rows * columns * backbone.Description.Patch * backbone.Description.Patch * sizeof(float);

    private static long OutputBytes(Backbone backbone, int rows, int columns) =>
        (backbone.Description.PrefixTokens + ((long)rows * columns)) * backbone.Description.Dimension * sizeof(float);

    private static OrtValue Value(HostBuffer buffer, long[] shape) =>
        OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, TensorElementType.Float, shape, (nint)buffer.Pointer, buffer.Length);

    /// <summary>Runs the network when its turn has come.</summary>
    private TokenView Run(RunOptions options)
    {
        _backbone.Passes.Begin();
        try
        {
            return Pass(options);
        }
        finally
        {
            _backbone.Passes.End();
        }
    }

    private TokenView Pass(RunOptions options)
    {
        BackboneDescription description = _backbone.Description;
        try
        {
            _backbone.Session.RunWithBinding(options, _binding);
        }
        catch (OnnxRuntimeException e)
        {
            throw _backbone.Misfit(
                $"ONNX Runtime failed on an image of {Height} x {Width} pixels ({FastSeg.Files.InputFile.OneLine(e.Message)}); "
                + "the graph must take any multiple of the patch, or state its size");
        }
        float* first = (float*)_output.Pointer;
        return description.IsMap
            ? new TokenView(first, 1, (nint)Rows * Columns)
            : new TokenView(first + ((nint)description.PrefixTokens * description.Dimension), description.Dimension, 1);
    }

    /// <summary>Runs the network on the flipped input and adds its tokens where they belong in the window that was not flipped.</summary>
    private void AddFlipped(float* average, bool columns, bool rows, bool keep = true)
    {
        TokenView tokens = Run(keep ? _keep : _giveBack);
        int dimension = _backbone.Description.Dimension;
        for (int row = 0; row < Rows; row++)
        {
            for (int column = 0; column < Columns; column++)
            {
                int from = ((rows ? Rows - 1 - row : row) * Columns) + (columns ? Columns - 1 - column : column);
                float* token = tokens.First + (from * tokens.CellStride);
                float* sum = average + ((nint)((row * Columns) + column) * dimension);
                for (int j = 0; j < dimension; j++)
                {
                    sum[j] += token[j * tokens.NumberStride];
                }
            }
        }
    }
}

/// <summary>
/// Patch tokens of a window where ONNX Runtime left them: number j of cell c lies at c x <see cref="CellStride"/> + j x
/// <see cref="NumberStride"/>.
/// </summary>
internal readonly unsafe struct TokenView(float* first, nint cellStride, nint numberStride)
{
    /// <summary>Number 0 of cell 0.</summary>
    public float* First { get; } = first;

    /// <summary>Floats from a cell to the next, row-major.</summary>
    public nint CellStride { get; } = cellStride;

    /// <summary>Floats from a number of a token to the next.</summary>
    public nint NumberStride { get; } = numberStride;
}
