using System.Text.Json.Serialization;
using FastSeg.Deep.Weights;

namespace FastSeg.Deep;

/// <summary>How low-resolution features become pixels' features.</summary>
public enum Upsampling
{
    /// <summary>Each pixel takes its cell's features.</summary>
    Nearest,

    /// <summary>Bilinear between the centres of cells.</summary>
    Bilinear,

    /// <summary>A convolutional network that looks at the image.</summary>
    Learned,
}

/// <summary>What a model keeps of its deep features besides the projection and the upsampler's weights.</summary>
/// <param name="Backbone">Name of the backbone.</param>
/// <param name="Sha256">SHA-256 of its network: the backbone a model is applied with must have the same.</param>
/// <param name="Patch">Side of a patch, in pixels.</param>
/// <param name="Channels">Deep channels, k.</param>
/// <param name="Upsampling">How they are brought to full resolution.</param>
/// <param name="WindowTokens">Cells of a window's side.</param>
/// <param name="OverlapTokens">Cells that neighbouring windows share.</param>
/// <param name="FlipAverage">Whether tokens are averaged over the four flips of a window.</param>
/// <param name="RangeLow">Sample that the transformer sees as 0.</param>
/// <param name="RangeHigh">Sample that the transformer sees as 1.</param>
/// <param name="Seed">Seed of the projection's views.</param>
/// <param name="Threads">Threads of ONNX Runtime; part of the result, because it decides the order of additions.</param>
/// <param name="Identity">What else decides the backbone's tokens; null in models of the first format, which did not keep it.</param>
public sealed record DeepDescription(
    string Backbone, string Sha256, int Patch, int Channels, Upsampling Upsampling, int WindowTokens, int OverlapTokens, bool FlipAverage,
    float RangeLow, float RangeHigh, int Seed, int Threads, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] BackboneIdentity? Identity = null)
{
    /// <summary>Most threads of ONNX Runtime that a model may ask for.</summary>
    internal const int MostThreads = 1024;

    internal WindowPolicy Windows => new(WindowTokens, OverlapTokens, FlipAverage);

    internal InputRange Range => new(RangeLow, RangeHigh);

    /// <summary>Refuses a backbone that is not the one the model was trained with.</summary>
    /// <exception cref="FastSegException">The network's hash, what is kept of its description, or the number of threads differs.</exception>
    internal void CheckBackbone(Backbone backbone)
    {
        if (backbone.Sha256 != Sha256)
        {
            throw new FastSegException(
                $"{backbone.Folder}: the model was trained with the backbone {Backbone} (SHA-256 {Sha256}), but this one is {backbone.Sha256}; give the same backbone.");
        }
        if (backbone.Description.Patch != Patch || Identity?.Difference(backbone.Identity) is not null)
        {
            (string name, string kept, string found) = Identity?.Difference(backbone.Identity) ?? ("patch", $"{Patch}", $"{backbone.Description.Patch}");
            throw new FastSegException(
                $"{backbone.Folder}: the model was trained with this network when {name} was {kept}, but now it is {found}; restore {BackboneDescription.JsonFile} and the weights as they were.");
        }
        if (backbone.Threads != Threads)
        {
            throw new FastSegException(
                $"{backbone.Folder}: the model was trained with {Threads} threads of ONNX Runtime, but the backbone was opened with {backbone.Threads}; open it with the model's number.");
        }
    }
}

/// <summary>How low-resolution features will become pixels' features, and why so.</summary>
/// <param name="Upsampling">How.</param>
/// <param name="Reason">Why, in words that may follow a colon.</param>
public sealed record UpsamplingChoice(Upsampling Upsampling, string Reason);

/// <summary>Deep features wanted of a training run.</summary>
/// <param name="Backbone">The transformer; the caller keeps owning it. Its number of threads is kept in the model.</param>
public sealed record DeepOptions(Backbone Backbone)
{
    /// <summary>Deep channels, k: 1 to the backbone's dimension.</summary>
    public int Channels { get; init; } = 32;

    /// <summary>Null: the backbone's learned upsampler where it has one that fits patch and channels, bilinear otherwise.</summary>
    public Upsampling? Upsampling { get; init; }

    /// <summary>The linear range the transformer sees as 0 to 1; null for <see cref="InputRange.From"/> the training images.</summary>
    public InputRange? Range { get; init; }

    /// <summary>Decides how features are upsampled.</summary>
    /// <exception cref="FastSegException">Learned upsampling is asked for and there is no upsampler that fits, or it is damaged.</exception>
    public UpsamplingChoice Choose()
    {
        if (Upsampling is { } wanted and not Deep.Upsampling.Learned)
        {
            return new UpsamplingChoice(wanted, "as asked for");
        }
        if (Misfit() is not var (what, remedy))
        {
            return new UpsamplingChoice(Deep.Upsampling.Learned, Backbone.UpsamplerPath);
        }
        return Upsampling is null
            ? new UpsamplingChoice(Deep.Upsampling.Bilinear, what)
            : throw new FastSegException($"{Backbone.Folder}: {what}; {remedy}, or choose nearest or bilinear.");
    }

    /// <summary>Why the learned upsampler cannot be used, and what would help; null where it can.</summary>
    private (string What, string Remedy)? Misfit()
    {
        if (Backbone.Upsampler is not { Config: var config })
        {
            return ($"there is no learned upsampler ({Backbone.UpsamplerPath})", "import one");
        }
        if (Backbone.Misfit(config) is { } why)
        {
            return (why, "import one that was trained for this backbone");
        }
        return config.ChannelsIn == Channels
            ? null
            : ($"the upsampler takes {config.ChannelsIn} channels, but {Channels} are wanted", $"choose --channels {config.ChannelsIn}");
    }
}
