using FastSeg.Deep.Weights;
using FastSeg.Onnx;
using OnnxSchema;

namespace FastSeg.Deep.Rewriting;

/// <summary>Sample windows and the tokens that a network gave for them, with which others' are compared.</summary>
internal sealed class SampleTokens
{
    private readonly BackboneDescription _description;
    private readonly IReadOnlyList<float[]> _tokens;

    /// <summary>Runs a network on every window.</summary>
    public SampleTokens(Backbone backbone, IReadOnlyList<SampleWindow> windows, ComputeOptions options)
    {
        (_description, Windows) = (backbone.Description, windows);
        _tokens = [.. TokensOf(OnnxFile.Load(backbone.GraphPath), options)];
    }

    /// <summary>The windows.</summary>
    public IReadOnlyList<SampleWindow> Windows { get; }

    /// <summary>How far the tokens of a changed network are from these.</summary>
    public TokenError Compare(OnnxModel model, ComputeOptions options) =>
        TokenError.Of(_tokens.Zip(TokensOf(model, options)), _description.Dimension);

    /// <summary>
    /// How far a changed network's tokens are from these once both are projected: the root mean square of the difference over that of the
    /// projected tokens.
    /// </summary>
    public double Compare(OnnxModel model, ProjectionTensors projection, ComputeOptions options)
    {
        (int dimension, int channels) = (projection.Mean.Length, projection.Eigenvalues.Length);
        (double squares, double errors) = (0, 0);
        foreach ((float[] before, float[] after) in _tokens.Zip(TokensOf(model, options)))
        {
            for (int first = 0; first < before.Length; first += dimension)
            {
                for (int channel = 0; channel < channels; channel++)
                {
                    (double one, double other) = (0, 0);
                    for (int i = 0; i < dimension; i++)
                    {
                        double weight = projection.Components[(channel * dimension) + i];
                        one += weight * (before[first + i] - projection.Mean[i]);
                        other += weight * (after[first + i] - projection.Mean[i]);
                    }
                    (squares, errors) = (squares + (one * one), errors + ((one - other) * (one - other)));
                }
            }
        }
        return squares > 0 ? Math.Sqrt(errors / squares) : 0;
    }

    /// <summary>A network's tokens for each window, cell by cell, without those in front.</summary>
    private IEnumerable<float[]> TokensOf(OnnxModel model, ComputeOptions options)
    {
        using Network network = Network.Open(model, _description.Input, [_description.Output], options.WorkerCount);
        for (int i = 0; i < Windows.Count; i++)
        {
            options.Cancellation.ThrowIfCancellationRequested();
            float[] numbers = network.Run(Windows[i])[0]!.Numbers;
            yield return _description.IsMap
                ? ConstantFloats.Transposed(numbers, _description.Dimension, numbers.Length / _description.Dimension)
                : numbers[(_description.PrefixTokens * _description.Dimension)..];
            options.Progress?.Report((i + 1.0) / Windows.Count);
        }
    }
}
