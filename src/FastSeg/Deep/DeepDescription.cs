using System.Text.Json.Serialization;
using FastSeg.Deep;
using FastSeg.Deep.Backbones;
using FastSeg.Deep.Tokens;

namespace FastSeg;

/// <summary>
/// What a model keeps of its deep features besides the projection and the upsampler's weights. The model's file has them in this order.
/// </summary>
public sealed record DeepDescription
{
    /// <summary>Name of the backbone.</summary>
    public required string Backbone { get; init; }

    /// <summary>SHA-256 of its network: the backbone a model is applied with must have the same.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Side of a patch, in pixels.</summary>
    public required int Patch { get; init; }

    /// <summary>Deep channels, k, of all scales together; they are divided equally, and those of the first scale come first.</summary>
    public required int Channels { get; init; }

    /// <summary>
    /// The scales at which the transformer sees a page, ascending: 1 is the page itself, 2 the page enlarged by the factor 2. A cell of
    /// scale s covers <see cref="Patch"/> / s pixels.
    /// </summary>
    [JsonIgnore]
    public IReadOnlyList<int> Scales
    {
        get => KeptScales ?? DeepScales.One;
        init => KeptScales = value;
    }

    /// <summary>The scales as a model's file has them: left out where they are 1 alone, as in files that knew no others.</summary>
    [JsonInclude]
    [JsonPropertyName("scales")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    internal IReadOnlyList<int>? KeptScales
    {
        get;
        private init => field = value is null || DeepScales.Shared(value) == DeepScales.One ? null : DeepScales.Shared(value);
    }

    /// <summary>How they are brought to full resolution.</summary>
    public required Upsampling Upsampling { get; init; }

    /// <summary>
    /// Numbers, from 0 up, of the channels that the transformer and the upsampling see as red, green and blue; null where they see an
    /// image of one channel or three as it is, and of another the mean of its channels.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? Rgb { get; init; }

    /// <summary>
    /// Along each axis, how many times the transformer sees the page, each time shifted by a part of a patch: 1, 2 or 4. Cells are then
    /// <see cref="Patch"/> / shifts pixels from each other.
    /// </summary>
    [JsonIgnore]
    public int Shifts
    {
        get => KeptShifts ?? 1;
        init => KeptShifts = value == 1 ? null : value;
    }

    /// <summary>The shifts as a model's file has them: left out where there is one alone, as in files that knew no others.</summary>
    [JsonInclude]
    [JsonPropertyName("shifts")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    internal int? KeptShifts { get; private init; }

    /// <summary>Cells of a window's side.</summary>
    public required int WindowTokens { get; init; }

    /// <summary>Cells that neighbouring windows share.</summary>
    public required int OverlapTokens { get; init; }

    /// <summary>Whether tokens are averaged over the four flips of a window.</summary>
    public required bool FlipAverage { get; init; }

    /// <summary>Sample that the transformer sees as 0; not looked at where images are standardised.</summary>
    public required float RangeLow { get; init; }

    /// <summary>Sample that the transformer sees as 1; not looked at where images are standardised.</summary>
    public required float RangeHigh { get; init; }

    /// <summary>Seed of the projection's views.</summary>
    public required int Seed { get; init; }

    /// <summary>Threads of ONNX Runtime; part of the result, because it decides the order of additions.</summary>
    public required int Threads { get; init; }

    /// <summary>What else decides the backbone's tokens; null in models of the first format, which did not keep it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BackboneIdentity? Identity { get; init; }

    /// <summary>Most threads of ONNX Runtime that a model may ask for.</summary>
    internal const int MostThreads = 1024;

    internal WindowPolicy Windows => new(WindowTokens, OverlapTokens, FlipAverage);

    internal InputRange Range => new(RangeLow, RangeHigh);

    /// <summary>Opens the backbone that the model was trained with, with the model's number of threads.</summary>
    /// <param name="folder">The backbone's folder; null to look for it by its SHA-256 in <see cref="BackboneFolders"/>.</param>
    /// <param name="device">
    /// Ordinal of the CUDA device that computes; null for the processor. See <see cref="Backbone.Open(string, int, int?)"/>.
    /// </param>
    /// <exception cref="FastSegException">None is found, or the one named is another, or it is damaged.</exception>
    public Backbone OpenBackbone(string? folder = null, int? device = null)
    {
        (string place, BackboneFiles files) = folder is null
            ? BackboneFolders.Find(Backbone, Sha256)
            : (folder, new BackboneFiles(folder));
        Backbone backbone = FastSeg.Backbone.Open(place, files, Threads, device);
        try
        {
            CheckBackbone(backbone);
            return backbone;
        }
        catch
        {
            backbone.Dispose();
            throw;
        }
    }

    /// <summary>Refuses a backbone that is not the one the model was trained with.</summary>
    /// <exception cref="FastSegException">
    /// The network's hash, what is kept of its description, or the number of threads differs.
    /// </exception>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    internal void CheckBackbone(Backbone backbone)
    {
        backbone.Passes.ThrowIfClosed();
        if (backbone.Sha256 != Sha256)
        {
            throw new FastSegException(
                $"{backbone.Folder}: the model was trained with the backbone {Backbone} (SHA-256 {Sha256}), "
                + $"but this one is {backbone.Sha256}; give the same backbone.");
        }
        if (backbone.Description.Patch != Patch || Identity?.Difference(backbone.Identity) is not null)
        {
            (string name, string kept, string found) =
                Identity?.Difference(backbone.Identity) ?? ("patch", $"{Patch}", $"{backbone.Description.Patch}");
            throw new FastSegException(
                $"{backbone.Folder}: the model was trained with this network when {name} was {kept}, but now it is {found}; "
                + $"restore {BackboneDescription.JsonFile} and the weights as they were.");
        }
        if (backbone.Threads != Threads)
        {
            throw new FastSegException(
                $"{backbone.Folder}: the model was trained with {Threads} threads of ONNX Runtime, "
                + $"but the backbone was opened with {backbone.Threads}; open it with the model's number.");
        }
    }
}

/// <summary>How low-resolution features become pixels' features.</summary>
public enum Upsampling
{
    /// <summary>Each pixel takes its cell's features.</summary>
    Nearest,

    /// <summary>Bilinear between the centres of cells.</summary>
    Bilinear,

    /// <summary>A convolutional network that looks at the image.</summary>
    Learned,

    /// <summary>
    /// The mean of the cells around a pixel, weighed by their distance and by how their mean colour differs from the pixel's (joint
    /// bilateral upsampling, Kopf et al. 2007): standard deviations 0.5 cells and 0.03 of the range that the transformer sees, 5 x 5 cells.
    /// </summary>
    JointBilateral,
}
