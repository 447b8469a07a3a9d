using FastSeg.Deep.Backbones;
using FastSeg.Files;
using Microsoft.ML.OnnxRuntime;
using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>
/// A vision transformer in ONNX, opened in ONNX Runtime. The number of a pass's threads is fixed when it is opened, because the order in
/// which ONNX Runtime adds may depend on it. With one thread a pass, a run has as many passes at once as it has threads; with more, or on
/// a device, passes wait for one another, those of other runs too. Several threads may share a backbone. Disposing it while a run uses it
/// lets the passes end that have begun; the run then fails with an <see cref="ObjectDisposedException"/>.
/// </summary>
public sealed class Backbone : IDisposable
{
    private readonly Dictionary<(int Rows, int Columns), long> _passBytes = [];
    private UpsamplerFile? _upsampler;
    private ProjectionFile? _projection;

    private Backbone(string folder, BackboneFiles files, BackboneDescription description, int threads, BackboneSession opened)
    {
        Sha256 = files.Graph;
        Identity = BackboneIdentity.Of(description, files.Weights());
        Folder = folder;
        Description = description;
        Threads = threads;
        (Session, Device, Note) = opened;
        Passes = new BackbonePasses(this, Session, RunsSeveral);
        BackboneGraph.Check(this);
        FixedTokens = BackboneGraph.FixedTokens(this);
        if (FixedTokens is { } tokens && description.WindowTokens is { } stated && stated != tokens)
        {
            throw Misfit(
                $"windowTokens is {stated}, but the graph takes images of {tokens * description.Patch} pixels only, "
                + $"which are {tokens} patches of {description.Patch}; state {tokens}");
        }
        if (description.OverlapTokens is { } overlap && overlap >= WindowTokens)
        {
            throw Misfit(
                $"overlapTokens is {overlap}, but a window has {WindowTokens} patches a side; state 0 to {WindowTokens - 1}");
        }
        BackboneGraph.CheckOutput(this);
    }

    /// <summary>The folder it was opened from, as the caller gave it.</summary>
    public string Folder { get; }

    /// <summary>What its <c>backbone.json</c> says.</summary>
    public BackboneDescription Description { get; }

    /// <summary>Threads of ONNX Runtime.</summary>
    public int Threads { get; }

    /// <summary>Why the CPU computes although a GPU was to; null where there is nothing to say.</summary>
    public string? Note { get; }

    /// <summary>Cells of a window's side where the graph takes one size only; null where it takes any.</summary>
    public int? FixedTokens { get; }

    /// <summary>
    /// Cells of a window's side: the graph's own where it takes one size only, otherwise what the description says, or
    /// <see cref="BackboneDescription.DefaultWindowTokens"/>.
    /// </summary>
    public int WindowTokens => FixedTokens ?? Description.WindowTokens ?? BackboneDescription.DefaultWindowTokens;

    /// <summary>
    /// Cells that neighbouring windows share: what the description says, otherwise 12, or a third of a window where that is less.
    /// </summary>
    public int OverlapTokens => Description.OverlapTokens ?? BackboneDescription.UsualOverlap(WindowTokens);

    /// <summary>Whether the folder has a learned upsampler.</summary>
    public bool HasUpsampler => File.Exists(UpsamplerPath);

    /// <summary>Where the learned upsampler is, or would be.</summary>
    public string UpsamplerPath => Path.Combine(Folder, BackboneDescription.UpsamplerFileName);

    /// <summary>The learned upsampler; null where the folder has none. Read once.</summary>
    /// <exception cref="FastSegException">It is damaged.</exception>
    public UpsamplerFile? Upsampler => HasUpsampler ? _upsampler ??= UpsamplerFile.Load(UpsamplerPath) : null;

    /// <summary>Whether the folder has a projection.</summary>
    public bool HasProjection => File.Exists(ProjectionPath);

    /// <summary>Where the projection is, or would be.</summary>
    public string ProjectionPath => Path.Combine(Folder, BackboneDescription.ProjectionFileName);

    /// <summary>The projection of tokens at scale 1; null where the folder has none. Read once.</summary>
    /// <exception cref="FastSegException">It is damaged, or takes tokens of another size.</exception>
    public ProjectionFile? Projection
    {
        get
        {
            if (_projection is null && HasProjection)
            {
                ProjectionFile projection = ProjectionFile.Load(ProjectionPath);
                CheckProjection(projection);
                _projection = projection;
            }
            return _projection;
        }
    }

    /// <summary>SHA-256 of the network's file, in hexadecimal: what a model keeps to recognise it.</summary>
    public string Sha256 { get; }

    /// <summary>What decides its tokens besides the network's file.</summary>
    public BackboneIdentity Identity { get; }

    /// <summary>Ordinal of the CUDA device that ONNX Runtime computes on; null for the CPU.</summary>
    internal int? Device { get; }

    /// <summary>ONNX Runtime's session. Whoever runs it is one of <see cref="Passes"/>.</summary>
    internal InferenceSession Session { get; }

    /// <summary>The passes that run, for which disposing waits.</summary>
    internal BackbonePasses Passes { get; }

    /// <summary>Whether passes run at once: where each takes one thread of the processor.</summary>
    private bool RunsSeveral => Threads == 1 && Device is null;

    /// <summary>
    /// How many windows may run at once where <paramref name="threads"/> compute: as many, if a window takes one thread of ONNX Runtime.
    /// Where it takes several, or a device computes, windows run one at a time.
    /// </summary>
    internal int WindowsAtOnce(int threads) => RunsSeveral ? Math.Max(1, threads) : 1;

    internal string GraphPath => Path.Combine(Folder, BackboneDescription.GraphFile);

    /// <summary>Opens a backbone and checks its description, its hashes and its graph against each other.</summary>
    /// <param name="folder">A folder with <c>backbone.onnx</c> and <c>backbone.json</c>.</param>
    /// <param name="threads">Threads of ONNX Runtime, at least 1.</param>
    /// <param name="device">
    /// Ordinal of the CUDA device that computes; null for the processor. A device is used where ONNX Runtime has its CUDA provider and can
    /// load it (<see cref="Note"/> says why not); its tokens are near the CPU's, not the same bits.
    /// </param>
    /// <exception cref="FastSegException">Something is missing, damaged or does not fit.</exception>
    public static Backbone Open(string folder, int threads, int? device = null) =>
        Open(NotNull(folder), new BackboneFiles(folder), threads, device);

    /// <summary>The same, with files whose hashes may be known already.</summary>
    internal static Backbone Open(string folder, BackboneFiles files, int threads, int? device)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        BackboneDescription description = BackboneDescription.Load(folder, files);
        string path = Path.Combine(folder, BackboneDescription.GraphFile);
        // Before ONNX Runtime parses the network: its files may be pipes, or become far more in memory than they are.
        files.Weights();
        BackboneSession? opened = null;
        try
        {
            opened = BackboneSession.Open(path, threads, device);
            return new Backbone(folder, files, description, threads, opened);
        }
        catch (OnnxRuntimeException e)
        {
            opened?.Inference.Dispose();
            throw new FastSegException(
                $"{path} is no network that ONNX Runtime can open ({InputFile.OneLine(e.Message)}); export it again.", e);
        }
        catch
        {
            opened?.Inference.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Frees the network, at once or when the last run that uses it has ended. Whoever needs it afterwards gets an
    /// <see cref="ObjectDisposedException"/>.
    /// </summary>
    public void Dispose() => Passes.Close();

    /// <summary>
    /// Bytes that ONNX Runtime works in while it runs one window of a size, besides input and output. They depend on the network and can
    /// only be measured: one pass keeps its memory, and a small pass behind it gives the memory back. Measured once for every size.
    /// </summary>
    /// <exception cref="FastSegException">ONNX Runtime failed.</exception>
    /// <exception cref="ObjectDisposedException">The backbone was disposed.</exception>
    internal long PassBytes(int rows, int columns)
    {
        Passes.ThrowIfClosed();
        lock (_passBytes)
        {
            if (!_passBytes.TryGetValue((rows, columns), out long bytes))
            {
                if (Passes.Users > 0)
                {
                    // Another run's passes may have kept memory; one that grows into it would seem to take none.
                    BackboneGraph.TryOut(this);
                }
                using (var window = new BackboneWindow(this, rows, columns, flipAverage: false))
                {
                    bytes = window.Measure();
                }
                BackboneGraph.TryOut(this);
                _passBytes.Add((rows, columns), bytes);
            }
            return bytes;
        }
    }

    /// <summary>
    /// The same for each of several passes at once: an eighth more, because their memory lies in one arena, where the pieces of one part
    /// those of another. Two passes of the float32 network in the box took 11 MiB more than twice one.
    /// </summary>
    internal static long PassBytesAtOnce(long alone, int atOnce) => atOnce > 1 ? alone + (alone / 8) : alone;

    /// <summary>
    /// Refuses a learned upsampler that fits this network with no number of channels. Does nothing where the folder has none.
    /// </summary>
    /// <exception cref="FastSegException">
    /// It is damaged, is for patches of another size, or takes more channels than a token has numbers.
    /// </exception>
    public void CheckUpsampler()
    {
        if (Upsampler is { } upsampler && Misfit(upsampler.Config) is { } why)
        {
            throw new FastSegException($"{UpsamplerPath}: {why}; import one that was trained for this backbone.");
        }
    }

    /// <summary>Refuses a projection that takes tokens of another size.</summary>
    /// <exception cref="FastSegException">It does.</exception>
    public void CheckProjection(ProjectionFile projection)
    {
        if (NotNull(projection).Dimension != Description.Dimension)
        {
            throw new FastSegException(
                $"{projection.Name}: the projection takes tokens of {projection.Dimension} numbers, but those of {Folder} have "
                + $"{Description.Dimension}; use one that was fitted to this backbone.");
        }
    }

    /// <summary>Why an upsampler cannot follow this network, whatever the channels; null where it can.</summary>
    internal string? Misfit(UpsamplerConfig config) =>
        config.Patch != Description.Patch
            ? $"the upsampler is for patches of {config.Patch} pixels, but {Folder} has patches of {Description.Patch}"
        : config.ChannelsIn > Description.Dimension
            ? $"the upsampler takes {config.ChannelsIn} channels, but the tokens of {Folder} have {Description.Dimension} numbers"
        : null;

    /// <summary>The exception for a graph that does not fit its description.</summary>
    internal FastSegException Misfit(string what) => new($"{GraphPath}: {what}.");

    /// <summary>The exception for a network whose results are not finite.</summary>
    /// <param name="where">Where they are not, in words that follow "the network gave values that are not finite".</param>
    internal FastSegException NotFinite(string where) => new(
        $"{GraphPath}: the network gave values that are not finite {where}; export it in float32, or state the input range.",
        Setting.Range, "the input range");
}
