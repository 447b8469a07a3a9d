using System.Security.Cryptography;
using FastSeg.Deep.Weights;
using FastSeg.Files;
using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>A convolutional upsampler's weights and configuration, checked against each other.</summary>
public sealed class UpsamplerFile
{
    private const string ConfigKey = "config", SourceKey = "source", AssumedKey = "assumed", UnknownKey = "unknown";
    private const string TrainingKey = "training";
    private const string Counter = ".num_batches_tracked";

    /// <summary>Most tensors named in one error sentence.</summary>
    private const int MostNamed = 6;

    private UpsamplerFile(
        string name, UpsamplerConfig config, IReadOnlyDictionary<string, WeightTensor> tensors, string source, string assumed, byte[] bytes)
    {
        (Name, Config, Tensors, Source, AssumedFields, Bytes) = (name, config, tensors, source, assumed, bytes);
        Check();
    }

    /// <summary>The file's path, as the caller gave it.</summary>
    public string Name { get; }

    /// <summary>The network's shape.</summary>
    public UpsamplerConfig Config { get; }

    /// <summary>What the weights were imported from; empty where the file does not say.</summary>
    public string Source { get; }

    /// <summary>
    /// Fields of the configuration that the checkpoint did not state and that were assumed on import, in words; empty for none.
    /// </summary>
    public string AssumedFields { get; }

    /// <summary>
    /// Keys of the checkpoint's configuration that the import did not look at, such as those that say how the network was trained, in
    /// words; empty for none.
    /// </summary>
    public string UnknownKeys { get; private init; } = "";

    /// <summary>How FastSeg trained the weights, as JSON: recipe, steps, losses, images; empty where it did not.</summary>
    public string Training { get; private init; } = "";

    /// <summary>How many numbers all tensors have together.</summary>
    public long Parameters => Tensors.Values.Sum(tensor => tensor.Values.LongLength);

    /// <summary>The safetensors file itself, as a model keeps it.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Tensors by the names of the published checkpoints.</summary>
    internal IReadOnlyDictionary<string, WeightTensor> Tensors { get; }

    /// <summary>Reads a safetensors file.</summary>
    /// <exception cref="FastSegException">It is missing or damaged, or its tensors do not fit its configuration.</exception>
    public static UpsamplerFile Load(string path) => Parse(WeightBytes.ReadFile(NotNull(path)), path);

    /// <summary>Converts a PyTorch checkpoint, without executing any of it, and writes it as safetensors.</summary>
    /// <param name="checkpoint">What torch.save wrote: a dict of "config" and "weights".</param>
    /// <param name="output">The file to write; it appears when it is whole.</param>
    /// <param name="stated">What the caller knows of the network; null for nothing.</param>
    /// <exception cref="FastSegException">
    /// The checkpoint is damaged, asks for more than data, does not fit or says otherwise, or the file cannot be written.
    /// </exception>
    public static UpsamplerFile Import(string checkpoint, string output, UpsamplerImport? stated = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        byte[] bytes = WeightBytes.ReadFile(NotNull(checkpoint));
        PyTorchCheckpoint read = PyTorchCheckpoint.Parse(bytes, checkpoint);
        CheckpointConfig config = CheckpointConfig.Read(read.Config, checkpoint, stated ?? new UpsamplerImport());
        WeightTensor[] tensors = [.. read.Weights.Where(tensor => !tensor.Name.EndsWith(Counter, StringComparison.Ordinal))];
        string source = $"{Path.GetFileName(checkpoint)}, SHA-256 {Convert.ToHexStringLower(SHA256.HashData(bytes))}";
        byte[] safetensors = ToSafetensors(config, tensors, source);
        var file = new UpsamplerFile(
            checkpoint, config.Config, tensors.ToDictionary(tensor => tensor.Name), source, config.Assumed, safetensors)
        {
            UnknownKeys = Unknown(config),
        };
        using var written = new OutputFile(output);
        written.Write(0, safetensors);
        written.Commit();
        return file;
    }

    /// <summary>Reads the bytes of a safetensors file, such as a model holds.</summary>
    /// <exception cref="FastSegException">They are damaged, or the tensors do not fit the configuration.</exception>
    internal static UpsamplerFile Parse(byte[] bytes, string name)
    {
        Safetensors file = Safetensors.Parse(bytes, name);
        if (!file.Metadata.TryGetValue(ConfigKey, out string? json))
        {
            throw new FastSegException(
                $"{name} has no configuration in its metadata; import the checkpoint that its weights came from again.");
        }
        return new UpsamplerFile(
            name, UpsamplerConfigReader.FromJson(json, name), file.Tensors,
            file.Metadata.GetValueOrDefault(SourceKey, ""), file.Metadata.GetValueOrDefault(AssumedKey, ""), bytes)
        {
            UnknownKeys = InputFile.OneLine(file.Metadata.GetValueOrDefault(UnknownKey, "")),
            Training = InputFile.OneLine(file.Metadata.GetValueOrDefault(TrainingKey, "")),
        };
    }

    /// <summary>The bytes of a safetensors file of weights that FastSeg trained.</summary>
    /// <param name="config">The network's shape.</param>
    /// <param name="tensors">Its tensors.</param>
    /// <param name="source">What trained them.</param>
    /// <param name="training">How, as JSON.</param>
    internal static byte[] Trained(UpsamplerConfig config, IReadOnlyList<WeightTensor> tensors, string source, string training) =>
        Safetensors.Write(tensors, new Dictionary<string, string>
        {
            [ConfigKey] = UpsamplerConfigReader.ToJson(config),
            [SourceKey] = source,
            [TrainingKey] = training,
        });

    private static string Unknown(CheckpointConfig config) => string.Join(", ", config.UnknownKeys);

    /// <summary>The bytes of a safetensors file, with the tensors in the order given.</summary>
    private static byte[] ToSafetensors(CheckpointConfig config, IReadOnlyList<WeightTensor> tensors, string source)
    {
        var metadata = new Dictionary<string, string>
        {
            [ConfigKey] = UpsamplerConfigReader.ToJson(config.Config),
            [SourceKey] = source,
            [AssumedKey] = config.Assumed,
        };
        if (config.UnknownKeys.Count > 0)
        {
            metadata[UnknownKey] = Unknown(config);
        }
        return Safetensors.Write(tensors, metadata);
    }

    /// <summary>Compares names, shapes and values with what the configuration needs, and names what is wrong.</summary>
    private void Check()
    {
        var wrong = new List<string>();
        IReadOnlyList<(string Name, long[] Shape)> needed = UpsamplerShapes.Of(Config, UpsamplerShapes.Widths(Config, Tensors));
        foreach ((string name, long[] shape) in needed)
        {
            if (!Tensors.TryGetValue(name, out WeightTensor? tensor))
            {
                wrong.Add($"{name} ({Shape(shape)}) is missing");
            }
            else if (!tensor.Shape.SequenceEqual(shape))
            {
                wrong.Add($"{name} is {Shape(tensor.Shape)} instead of {Shape(shape)}");
            }
            else if (tensor.Values.Any(value => !float.IsFinite(value)))
            {
                wrong.Add($"{name} has a value that is not finite");
            }
        }
        var known = needed.Select(tensor => tensor.Name).ToHashSet();
        wrong.AddRange(Tensors.Keys.Where(name => !known.Contains(name) && !name.EndsWith(Counter, StringComparison.Ordinal))
            .Select(name => $"{InputFile.OneLine(name)} belongs to no layer"));
        if (wrong.Count > 0)
        {
            string rest = wrong.Count > MostNamed ? $" and {wrong.Count - MostNamed} more" : "";
            throw new FastSegException(
                $"{Name} does not fit its configuration: {string.Join("; ", wrong.Take(MostNamed))}{rest}; "
                + "use the weights with their own configuration.");
        }
    }

    private static string Shape(IReadOnlyList<long> shape) => string.Join(" x ", shape);
}
