using System.Globalization;
using FastSeg.Deep.Weights;
using FastSeg.Files;
using FastSeg.Learning.Network;

namespace FastSeg.Learning.Runs;

/// <summary>
/// Where a training is: a hidden safetensors file beside its output, from which the same command goes on after it was stopped or killed.
/// </summary>
internal sealed class TrainingState
{
    private const string JobKey = "job", StepKey = "step", StepsKey = "steps", WeightPrefix = "weight.";

    private readonly string _path;
    private readonly string _job;

    /// <summary>Names the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="job">What identifies the training: a file of another one is not gone on with.</param>
    public TrainingState(string path, string job) => (_path, _job) = (path, job);

    /// <summary>Steps that are done.</summary>
    public long Step { get; set; }

    /// <summary>Steps of the whole training.</summary>
    public long Steps { get; set; }

    /// <summary>Puts weights and moments in place where the file is of this training; returns whether it was.</summary>
    public bool Resume(TorchNetwork network, AdamW optimiser)
    {
        if (!File.Exists(_path))
        {
            return false;
        }
        try
        {
            Safetensors file = Safetensors.Read(_path);
            if (file.Metadata.GetValueOrDefault(JobKey) != _job)
            {
                return false;
            }
            network.Take(file.Tensors.Values
                .Where(tensor => tensor.Name.StartsWith(WeightPrefix, StringComparison.Ordinal))
                .Select(tensor => tensor with { Name = tensor.Name[WeightPrefix.Length..] }));
            optimiser.Take(file.Tensors);
            Step = long.Parse(file.Metadata[StepKey], CultureInfo.InvariantCulture);
            Steps = long.Parse(file.Metadata[StepsKey], CultureInfo.InvariantCulture);
            return true;
        }
        catch (Exception e) when (e is FastSegException or KeyNotFoundException or FormatException)
        {
            // It is damaged: the training begins anew, and replaces it.
            return false;
        }
    }

    /// <summary>Writes the file.</summary>
    public void Save(TorchNetwork network, AdamW optimiser)
    {
        byte[] bytes = Safetensors.Write(
            [.. network.Weights().Select(weight => weight with { Name = WeightPrefix + weight.Name }), .. optimiser.Moments()],
            new Dictionary<string, string>
            {
                [JobKey] = _job,
                [StepKey] = Step.ToString(CultureInfo.InvariantCulture),
                [StepsKey] = Steps.ToString(CultureInfo.InvariantCulture),
            });
        using var file = new PartialFile(_path);
        file.Guard(() => File.WriteAllBytes(file.TemporaryPath, bytes));
        file.Commit();
    }

    /// <summary>Removes the file.</summary>
    public void Delete() => File.Delete(_path);
}
