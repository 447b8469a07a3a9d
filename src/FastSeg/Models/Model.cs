using FastSeg.Deep;
using FastSeg.Forest;
using FastSeg.Forest.Saved;
using FastSeg.Images.Samples;
using FastSeg.Models;
using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>
/// A trained model: which features, which classes, and the trees. Immutable and safe to share between threads and segmenters.
/// </summary>
public sealed class Model
{
    private const double LeastMargin = 0.1;

    private const string NameInMemory = "model in memory";

    private readonly ModelParts _parts;

    /// <summary>Makes a model of its parts, checks that they fit, and runs the self-test.</summary>
    /// <exception cref="InvalidDataException">They do not fit, or the self-test fails.</exception>
    /// <exception cref="FastSegException">One of them is invalid by itself.</exception>
    internal Model(ModelParts parts)
    {
        _parts = parts;
        Features.Check(DeepChannels);
        Planes = (int)Math.Min(((long)Features.Names.Count * Channels) + DeepChannels, int.MaxValue);
        Forest = ForestReader.Parse(parts.ForestBytes);
        CheckFit();
        parts.SelfTest.Check(Forest);
    }

    /// <summary>The features its trees look at.</summary>
    public FeatureSpec Features => _parts.Features;

    /// <summary>1 where it was trained on grey images, 3 where on RGB, and otherwise as many as its images had.</summary>
    public int Channels => _parts.Channels.Count;

    /// <summary>A name for each channel; empty where its images named none.</summary>
    public IReadOnlyList<string> ChannelNames => _parts.Channels.Names;

    /// <summary>
    /// Whether its channels are red, green and blue. Only such a model, in which a grey image is repeated, takes images with another number
    /// of channels; and a grey model takes RGB images whose channels are equal.
    /// </summary>
    public bool IsColour => _parts.Channels.IsColour;

    /// <summary>Its classes, by ascending label value. Class number c (from 0) is written as label c + 1 unless values are kept.</summary>
    public IReadOnlyList<ModelClass> Classes => _parts.Classes;

    /// <summary>How it was trained; null for an imported one, whose <see cref="Origin"/> says what is known.</summary>
    public TrainingOptions? Training => _parts.Training;

    /// <summary>The images it was trained on; null for an imported model, and for models of formats 1 and 2.</summary>
    public IReadOnlyList<ModelImage>? Images => _parts.Images;

    /// <summary>
    /// Mean and deviation of the samples of all its training images, merged in order; null unless it standardises each image
    /// (<see cref="Standardisation.Image"/>).
    /// </summary>
    public SampleStatistics? Samples => _parts.Samples;

    /// <summary>
    /// What is known of the samples that it was trained on, with which images to be segmented are compared; null for an imported model,
    /// and for models of formats before 5.
    /// </summary>
    public TrainingData? Data => _parts.Data;

    /// <summary>What is done to the probabilities of a pixel before it gets its label, unless a run asks for something else.</summary>
    public Smoothing Smoothing => _parts.Smoothing;

    /// <summary>How labelled pixels fared that were held out from the training of like models; null where none were.</summary>
    public HeldOutSummary? HeldOut => _parts.HeldOut;

    /// <summary>Where its trees were imported from; null for a model that was trained here.</summary>
    public ForestOrigin? Origin => _parts.Origin;

    /// <summary>Version of the XGBoost that trained it, or that saved it where it is imported ("0.0.0" where it does not say).</summary>
    public string XgboostVersion => _parts.XgboostVersion;

    /// <summary>The trees as XGBoost's own UBJSON, which XGBoost loads anywhere.</summary>
    public ReadOnlyMemory<byte> ForestBytes => _parts.ForestBytes;

    /// <summary>Its deep features; null where it has none.</summary>
    public DeepDescription? DeepFeatures => Deep?.Description;

    /// <summary>Number of feature planes of an image: features times channels, then the deep channels.</summary>
    public int Planes { get; }

    /// <summary>How its training images were opened; images that it is applied to should be opened alike.</summary>
    public ImageOptions Opening => _parts.Opening;

    /// <summary>Names of the planes, in the order of the trees' features.</summary>
    public IReadOnlyList<string> PlaneNames =>
        [.. _parts.Channels.PlaneNames(Features.Names), .. Enumerable.Range(0, DeepChannels).Select(i => $"deep_{i}")];

    internal ChannelSet ChannelSet => _parts.Channels;

    internal DeepModel? Deep => _parts.Deep;

    internal int DeepChannels => Deep?.Description.Channels ?? 0;

    /// <summary>Number of trees.</summary>
    public int Trees => Forest.Trees.Length;

    /// <summary>Mean number of splits of a tree.</summary>
    public double SplitsPerTree => (double)Forest.Splits / Forest.Trees.Length;

    internal DecisionForest Forest { get; }

    internal SelfTest SelfTest => _parts.SelfTest;

    /// <summary>
    /// Below this difference of margins a pixel is unsure: ln 2, or a third of what is usual of training pixels where a few trees are never
    /// surer. Below the least of it labels are guesses, whatever was trained.
    /// </summary>
    internal float UnsureMargin => (float)Math.Clamp(_parts.SelfTest.Margin(Classes.Count) / 3, LeastMargin, Math.Log(2));

    /// <summary>The planes by how much they help the trees, the most useful first; empty where the trees do not say.</summary>
    public IReadOnlyList<PlaneGain> UsefulPlanes()
    {
        double[] gains = ForestGains.Of(_parts.ForestBytes, Planes);
        string[] names = [.. ChannelSet.PlaneNames(Features.Names), .. Enumerable.Range(0, DeepChannels).Select(i => $"deep_{i}")];
        double all = gains.Sum();
        return all > 0
            ? [.. names.Zip(gains, (name, gain) => new PlaneGain(name, gain / all)).OrderByDescending(plane => plane.Share)]
            : [];
    }

    /// <summary>Reads a model file and runs its self-test.</summary>
    /// <param name="path">A .fastseg file.</param>
    /// <exception cref="FastSegException">It is missing, corrupt, newer than this program, or its self-test fails.</exception>
    public static Model Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Of(ModelFile.Read(path), path);
    }

    /// <summary>Reads a model from a stream, from its position to its end, and runs its self-test. The stream stays open.</summary>
    /// <param name="stream">The bytes of a .fastseg file.</param>
    /// <param name="name">What the sentences of failures call the model.</param>
    /// <exception cref="FastSegException">It cannot be read, is corrupt, newer than this program, or its self-test fails.</exception>
    /// <exception cref="ArgumentException">The stream is not for reading.</exception>
    public static Model Load(Stream stream, string name = NameInMemory)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        if (!stream.CanRead)
        {
            throw new ArgumentException("The stream that the model is to be read from is not for reading.", nameof(stream));
        }
        return Of(ModelFile.Read(stream, name), name);
    }

    /// <summary>Reads a model from memory and runs its self-test. The memory is not needed afterwards.</summary>
    /// <param name="bytes">The bytes of a .fastseg file.</param>
    /// <param name="name">What the sentences of failures call the model.</param>
    /// <exception cref="FastSegException">It is corrupt, newer than this program, or its self-test fails.</exception>
    public static unsafe Model Load(ReadOnlySpan<byte> bytes, string name = NameInMemory)
    {
        ArgumentNullException.ThrowIfNull(name);
        fixed (byte* first = bytes)
        {
            // A stream over no bytes at all must not begin at null.
            byte none = 0;
            using var stream = new UnmanagedMemoryStream(first is null ? &none : first, bytes.Length);
            return Load(stream, name);
        }
    }

    /// <summary>
    /// Makes a model of trees that XGBoost trained elsewhere. The features must be those it was trained on, computed by the same
    /// definition; names of features in the file, where there are any, must be the planes' names.
    /// </summary>
    /// <param name="xgboost">
    /// What XGBoost saved, JSON or UBJSON: gbtree with multi:softprob, multi:softmax or binary:logistic, random forests too.
    /// </param>
    /// <param name="features">The features of its columns, in the order of <see cref="FeatureSpec.PlaneNames"/>.</param>
    /// <param name="channels">1 for grey images, 3 for RGB, 2 to 16 for others.</param>
    /// <param name="classes">A label value, ascending, and a name for each of XGBoost's classes 0, 1, ..</param>
    /// <param name="allRounds">Whether to take all rounds of a model that was stopped early, as Booster.predict does.</param>
    /// <exception cref="FastSegException">
    /// It is corrupt, of another kind, stopped early, or does not fit; the sentence says which.
    /// </exception>
    public static Model Import(
        ReadOnlySpan<byte> xgboost, FeatureSpec features, int channels, IReadOnlyList<ModelClass> classes, bool allRounds = false)
    {
        try
        {
            return new Model(ModelImport.Read(xgboost, NotNull(features), channels, NoneNull(classes), allRounds));
        }
        catch (InvalidDataException e)
        {
            throw new FastSegException($"The trees cannot be made a model: {e.Message}.", e);
        }
    }

    /// <summary>How many classes the trees that XGBoost saved tell apart.</summary>
    /// <exception cref="FastSegException">It is corrupt or of another kind.</exception>
    public static int ClassesOf(ReadOnlySpan<byte> xgboost) => ForestReader.Parse(xgboost).Classes;

    /// <summary>Writes the model to a file, which appears under its name when it is whole. Equal models give equal bytes.</summary>
    /// <exception cref="FastSegException">The folder is missing or cannot be written, or the disk is full.</exception>
    public void Save(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        ModelFile.Write(_parts, path);
    }

    /// <summary>Writes the bytes of the model's file to a stream, at its position. The stream stays open.</summary>
    /// <exception cref="FastSegException">The stream fails.</exception>
    /// <exception cref="ArgumentException">The stream is not for writing.</exception>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanWrite)
        {
            throw new ArgumentException("The stream that the model is to be written to is not for writing.", nameof(stream));
        }
        ModelFile.Write(_parts, stream);
    }

    /// <summary>The bytes of the model's file. Equal models give equal bytes.</summary>
    public byte[] ToBytes()
    {
        using MemoryStream bytes = ModelFile.Bytes(_parts);
        return bytes.ToArray();
    }

    /// <summary>Makes a model of parts that were read.</summary>
    private static Model Of(ModelParts parts, string name)
    {
        try
        {
            return new Model(parts);
        }
        catch (Exception e) when (ModelFile.IsDamage(e))
        {
            throw ModelFile.Damaged(name, e);
        }
    }

    /// <summary>Throws the first thing in which the parts do not fit each other, in words that follow the name of the model.</summary>
    private void CheckFit()
    {
        Training?.Check();
        Smoothing.Check();
        if (Training is null == Origin is null)
        {
            throw new InvalidDataException("it says neither or both of how it was trained and where it was imported from");
        }
        if (Channels is < 1 or > ImageInfo.MostChannels)
        {
            throw new InvalidDataException($"it states {Channels} channels, which must be 1 to {ImageInfo.MostChannels}");
        }
        if (ChannelNames.Count != 0 && (ChannelNames.Count != Channels || ChannelNames.Any(name => name.Any(char.IsControl))))
        {
            throw new InvalidDataException($"it names {ChannelNames.Count} of its {Channels} channels, or with characters that are none");
        }
        if (DeepFeatures?.Rgb?.Any(channel => channel >= Channels) == true)
        {
            throw new InvalidDataException($"its deep features see channels that are not among its {Channels}");
        }
        if (Classes.Count is < 2 or > 255)
        {
            throw new InvalidDataException($"it has {Classes.Count} classes, which must be 2 to 255");
        }
        for (int i = 0; i < Classes.Count; i++)
        {
            if (Classes[i].Value > ushort.MaxValue || Classes[i].Value <= (i == 0 ? 0 : Classes[i - 1].Value))
            {
                throw new InvalidDataException(
                    $"its class {i + 1} has the label value {Classes[i].Value}; values must ascend from 1 to 65535");
            }
        }
        if (Forest.Classes != Classes.Count)
        {
            throw new InvalidDataException($"its trees tell {Forest.Classes} classes apart, but it names {Classes.Count}");
        }
        if (Forest.Features != Planes)
        {
            throw new InvalidDataException($"its trees look at {Forest.Features} features, but its specification gives {Planes}");
        }
    }
}
