using FastSeg.Deep.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace FastSeg.Learning.Network;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter, 2019), over gradients that are clipped together. Its own two moments are kept
/// by name, so that a training that was stopped goes on with the same bits.
/// </summary>
internal sealed class AdamW : IDisposable
{
    private const double First = 0.9, Second = 0.999, Epsilon = 1e-8;

    private readonly TorchNetwork _network;
    private readonly SortedDictionary<string, (Tensor Mean, Tensor Square)> _moments = new(StringComparer.Ordinal);

    /// <summary>Begins with moments of zero.</summary>
    public AdamW(TorchNetwork network)
    {
        _network = network;
        foreach ((string name, Tensor parameter) in network.Parameters)
        {
            _moments.Add(name, (zeros_like(parameter).DetachFromDisposeScope(), zeros_like(parameter).DetachFromDisposeScope()));
        }
    }

    /// <summary>Weight decay.</summary>
    public double Decay { get; init; } = 1e-4;

    /// <summary>The largest norm that all gradients together may have; 0 clips nothing.</summary>
    public double MostNorm { get; init; }

    /// <summary>
    /// Channels of features, the first inputs of the upsampler's convolutions: each output's step has mean 0 over them. They all have the
    /// same shift, so a step with another mean would move the output as a whole. 0 leaves steps as they are.
    /// </summary>
    public int Features { get; init; }

    /// <summary>
    /// Moves every parameter by one step along its gradient, which is then forgotten; returns false, and moves nothing, where a gradient is
    /// no number.
    /// </summary>
    /// <param name="step">Number of the step, from 1.</param>
    /// <param name="rate">Learning rate.</param>
    public bool Step(long step, double rate)
    {
        using var scope = NewDisposeScope();
        using var nothing = no_grad();
        double norm = Norm(), clip = MostNorm > 0 ? Math.Min(1, MostNorm / (norm + 1e-6)) : 1;
        if (!double.IsFinite(norm))
        {
            return false;
        }
        double firstShare = 1 - Math.Pow(First, step), secondShare = Math.Sqrt(1 - Math.Pow(Second, step));
        foreach ((string name, Tensor parameter) in _network.Parameters)
        {
            if (parameter.grad is not { } gradient)
            {
                continue;
            }
            (Tensor mean, Tensor square) = _moments[name];
            gradient.mul_(clip);
            mean.mul_(First).add_(gradient, alpha: 1 - First);
            square.mul_(Second).addcmul_(gradient, gradient, value: 1 - Second);
            Tensor update = (mean / firstShare) / ((square.sqrt() / secondShare) + Epsilon);
            update.add_(parameter, alpha: Decay);
            Centre(name, update);
            parameter.add_(update, alpha: -rate);
            gradient.zero_();
        }
        return true;
    }

    /// <summary>The moments, under the names of what they belong to.</summary>
    public IEnumerable<WeightTensor> Moments() => _moments.SelectMany(pair => (WeightTensor[])
    [
        new($"mean.{pair.Key}", pair.Value.Mean.shape, pair.Value.Mean.data<float>().ToArray()),
        new($"square.{pair.Key}", pair.Value.Square.shape, pair.Value.Square.data<float>().ToArray()),
    ]);

    /// <summary>Goes on with moments that <see cref="Moments"/> gave.</summary>
    public void Take(IReadOnlyDictionary<string, WeightTensor> moments)
    {
        foreach ((string name, (Tensor mean, Tensor square)) in _moments)
        {
            using Tensor first = tensor(moments[$"mean.{name}"].Values, mean.shape);
            using Tensor second = tensor(moments[$"square.{name}"].Values, square.shape);
            mean.copy_(first);
            square.copy_(second);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((Tensor mean, Tensor square) in _moments.Values)
        {
            mean.Dispose();
            square.Dispose();
        }
    }

    /// <summary>The norm of all gradients together.</summary>
    private double Norm()
    {
        double squares = 0;
        foreach (Tensor parameter in _network.Parameters.Values)
        {
            squares += parameter.grad is { } gradient ? gradient.square().sum().item<float>() : 0;
        }
        return Math.Sqrt(squares);
    }

    private void Centre(string name, Tensor update)
    {
        if (Features > 0 && update.dim() == 4 && name.StartsWith("upsampler.", StringComparison.Ordinal))
        {
            Tensor features = update.narrow(1, 0, Features);
            features.sub_(features.mean([1, 2, 3], keepdim: true));
        }
    }
}
