using FastSeg.Deep.Backbones;
using FastSeg.Files;
using FastSeg.Onnx;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using OnnxSchema;

namespace FastSeg.Deep.Rewriting;

/// <summary>A network in memory, opened in ONNX Runtime, of which any values can be looked at.</summary>
internal sealed unsafe class Network : IDisposable
{
    private readonly InferenceSession _session;
    private readonly string _input;
    private readonly string[] _outputs;
    private readonly RunOptions _run = new();

    private Network(InferenceSession session, string input, string[] outputs) =>
        (_session, _input, _outputs) = (session, input, outputs);

    /// <summary>Opens a network.</summary>
    /// <param name="model">The network; it is not changed.</param>
    /// <param name="input">The graph's input.</param>
    /// <param name="outputs">The values to look at: outputs of the graph or any others.</param>
    /// <param name="threads">Threads of ONNX Runtime.</param>
    /// <param name="optimised">Whether ONNX Runtime may rewrite the graph, as it does when a backbone is opened.</param>
    /// <exception cref="FastSegException">ONNX Runtime does not take it.</exception>
    public static Network Open(OnnxModel model, string input, IReadOnlyList<string> outputs, int threads, bool optimised = true)
    {
        OnnxModel part = model.Clone();
        part.Graph.Output.Clear();
        part.Graph.Output.AddRange(outputs.Select(name => model.Graph.Output.FirstOrDefault(value => value.Name == name)?.Clone()
            ?? new OnnxValue { Name = name }));
        new GraphEdit(part).Tidy();
        try
        {
            return new Network(BackboneSession.OpenBytes(part.ToByteArray(), threads, optimised), input, [.. outputs]);
        }
        catch (OnnxRuntimeException e)
        {
            throw Failure(e);
        }
    }

    /// <summary>Runs it on an image; values that hold no float32 are null.</summary>
    /// <exception cref="FastSegException">ONNX Runtime failed.</exception>
    public IReadOnlyList<ProbedValue?> Run(SampleWindow image)
    {
        try
        {
            fixed (float* planes = image.Planes)
            {
                using OrtValue value = OrtValue.CreateTensorValueWithData(
                    OrtMemoryInfo.DefaultInstance, TensorElementType.Float, [1, BackboneInput.Colours, image.Height, image.Width],
                    (nint)planes, (long)image.Planes.Length * sizeof(float));
                using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(_run, [_input], [value], _outputs);
                return [.. results.Select(Probed)];
            }
        }
        catch (OnnxRuntimeException e)
        {
            throw Failure(e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }

    private static ProbedValue? Probed(OrtValue value)
    {
        OrtTensorTypeAndShapeInfo info = value.GetTensorTypeAndShape();
        return info.ElementDataType == TensorElementType.Float
            ? new ProbedValue(info.Shape, value.GetTensorDataAsSpan<float>().ToArray())
            : null;
    }

    private static FastSegException Failure(OnnxRuntimeException e) =>
        new($"ONNX Runtime does not run the network ({InputFile.OneLine(e.Message)}); export it again.", e);
}
