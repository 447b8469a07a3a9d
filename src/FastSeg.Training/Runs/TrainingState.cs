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
    private const string JobKey = "job", ProjectionKey = "projection", StepKey = "step", StepsKey = "steps";
    private const string WeightPrefix = "weight.", RecentName = "recent";

    private readonly string _path;
    private readonly string _job;

    /// <summary>Names the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="job">What identifies the training: a file of another one is neither gone on with nor touched.</param>
    public TrainingState(string path, string job) => (_path, _job) = (path, job);

    /// <summary>Identity of the projection that is trained for.</summary>
    public string Projection { get; set; } = "";

    /// <summary>Steps that are done.</summary>
    public long Step { get; set; }

    /// <summary>Steps of the whole training.</summary>
    public long Steps { get; set; }

    /// <summary>The loss's parts in the last steps, whose means are told and kept in the network's file.</summary>
    public IReadOnlyCollection<double[]> Recent { get; set; } = [];

    /// <summary>Stops where the file is of another training: days of work may be in it.</summary>
    /// <exception cref="FastSegException">It is.</exception>
    public void Check()
    {
        if (Read() is { } file && file.Metadata.GetValueOrDefault(JobKey) != _job)
        {
            throw Other();
        }
    }

    /// <summary>Puts weights and moments in place where there is a file; returns whether there was.</summary>
    /// <exception cref="FastSegException">It is of another training.</exception>
    public bool Resume(TorchNetwork network, AdamW optimiser)
    {
        Check();
        if (Read() is not { } file)
        {
            return false;
        }
        if (file.Metadata.GetValueOrDefault(ProjectionKey) != Projection)
        {
            throw Other();
        }
        try
        {
            WeightTensor recent = file.Tensors[RecentName];
            Recent = [.. recent.Values.Select(part => (double)part).Chunk((int)recent.Shape[1])];
            network.Take(file.Tensors.Values
                .Where(tensor => tensor.Name.StartsWith(WeightPrefix, StringComparison.Ordinal))
                .Select(tensor => tensor with { Name = tensor.Name[WeightPrefix.Length..] }));
            optimiser.Take(file.Tensors);
            Step = long.Parse(file.Metadata[StepKey], CultureInfo.InvariantCulture);
            Steps = long.Parse(file.Metadata[StepsKey], CultureInfo.InvariantCulture);
            return true;
        }
        catch (Exception e) when (e is KeyNotFoundException or FormatException)
        {
            // It is damaged: the training begins anew, and replaces it.
            Recent = [];
            return false;
        }
    }

    /// <summary>Writes the file; at least one step has been done.</summary>
    public void Save(TorchNetwork network, AdamW optimiser)
    {
        // The parts are float32 as PyTorch gives them, so nothing of them is lost.
        var recent = new WeightTensor(
            RecentName, [Recent.Count, Recent.First().Length], [.. Recent.SelectMany(parts => parts).Select(part => (float)part)]);
        byte[] bytes = Safetensors.Write(
            [.. network.Weights().Select(weight => weight with { Name = WeightPrefix + weight.Name }), .. optimiser.Moments(), recent],
            new Dictionary<string, string>
            {
                [JobKey] = _job,
                [ProjectionKey] = Projection,
                [StepKey] = Step.ToString(CultureInfo.InvariantCulture),
                [StepsKey] = Steps.ToString(CultureInfo.InvariantCulture),
            });
        using var file = new PartialFile(_path);
        file.Save(stream => stream.Write(bytes));
        file.Commit();
    }

    /// <summary>Removes the file.</summary>
    public void Delete() => File.Delete(_path);

    /// <summary>The file; null where there is none, or it is damaged.</summary>
    private Safetensors? Read()
    {
        try
        {
            return File.Exists(_path) ? Safetensors.Read(_path) : null;
        }
        catch (FastSegException)
        {
            return null;
        }
    }

    private FastSegException Other() => new(
        $"{_path} keeps a training of another command, or of files that have changed since; remove it, or write elsewhere.");
}
