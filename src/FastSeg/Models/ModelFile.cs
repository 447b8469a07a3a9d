using System.IO.Compression;
using System.Text.Json;
using FastSeg.Deep;
using FastSeg.Deep.Tokens;
using FastSeg.Files;

namespace FastSeg.Models;

/// <summary>
/// The .fastseg file: a ZIP of model.json, forest.ubj and selftest.npz, and with deep features of projection.safetensors and
/// upsampler.safetensors. Entries have a fixed date and order, so that equal models are equal files.
/// </summary>
internal static class ModelFile
{
    /// <summary>
    /// Bytes that one byte of deflate can become at most. An entry that claims more is refused before anything is allocated, and so is one
    /// of more than <see cref="AlwaysAllowed"/> that claims more than <see cref="UsualExpansion"/>: 60,000 equal trees reach 133.
    /// </summary>
    private const long MostExpansion = 1032, UsualExpansion = 256, AlwaysAllowed = 1L << 20;

    /// <summary>
    /// Most bytes of an entry: far above any useful forest (a million splits take 60 MB), and all that a hostile file is given.
    /// </summary>
    private const long LargestEntry = 256L << 20;

    /// <summary>A model has five entries.</summary>
    private const int MostEntries = 16;

    /// <summary>Most bytes of model.json, and of an array of the self-test.</summary>
    private const long LargestDescription = 16L << 20;

    private static readonly DateTimeOffset EntryDate = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes a model's parts; the file appears under its name when it is whole.</summary>
    /// <exception cref="FastSegException">The folder is missing or cannot be written, or the disk is full.</exception>
    public static void Write(ModelParts model, string path)
    {
        using MemoryStream bytes = Bytes(model);
        using var file = new OutputFile(path);
        file.Write(0, Content(bytes));
        file.Commit();
    }

    /// <summary>Writes the same bytes to a stream.</summary>
    /// <exception cref="FastSegException">The stream fails.</exception>
    public static void Write(ModelParts model, Stream stream)
    {
        using MemoryStream bytes = Bytes(model);
        try
        {
            stream.Write(Content(bytes));
        }
        catch (IOException e)
        {
            throw new FastSegException($"The model cannot be written to its stream: {e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <summary>The bytes of the file.</summary>
    public static MemoryStream Bytes(ModelParts model)
    {
        var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(zip, "model.json", Describe(model).ToJson());
            Add(zip, "forest.ubj", model.ForestBytes);
            if (model.Deep is not null)
            {
                Add(zip, "projection.safetensors", SharedPcaFile.Write(model.Deep.Projections, model.Deep.Description.Scales));
                if (model.Deep.Weights is { } weights)
                {
                    Add(zip, "upsampler.safetensors", weights.Span);
                }
            }
            Add(zip, "selftest.npz", Pack(model.SelfTest));
        }
        return bytes;
    }

    private static ReadOnlySpan<byte> Content(MemoryStream bytes) => bytes.GetBuffer().AsSpan(0, (int)bytes.Length);

    /// <summary>Reads the parts of a model in a file. Whether they fit each other is not checked.</summary>
    /// <exception cref="FastSegException">The file is missing, corrupt, or newer than this program.</exception>
    public static ModelParts Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new FastSegException($"{path}: there is no such model file.");
        }
        FileKinds.RefuseStreams(path, path);
        try
        {
            using FileStream stream = File.OpenRead(path);
            return Read(stream, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotBeRead(path, e);
        }
    }

    /// <summary>Reads a model's parts from a stream, from its position to its end. Whether they fit each other is not checked.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="name">What the sentences call the model.</param>
    /// <exception cref="FastSegException">The stream fails, or the model is corrupt or newer than this program.</exception>
    public static ModelParts Read(Stream stream, string name)
    {
        try
        {
            using Stream? rest = stream.CanSeek && stream.Position == 0 ? null : Rest(stream);
            ZipDirectory.Check(rest ?? stream, MostEntries);
            using var zip = new ZipArchive(rest ?? stream, ZipArchiveMode.Read, leaveOpen: true);
            ModelDescription description = ModelDescription.Parse(Get(zip, "model.json", LargestDescription));
            // What the features are decides how much is made of the rest, so it is checked first.
            FeatureSpec features = description.Features.ToSpec();
            features.Check(description.Deep?.Channels ?? 0);
            byte[] forest = Get(zip, "forest.ubj");
            SelfTest selfTest = Unpack(Get(zip, "selftest.npz", LargestDescription));
            return new ModelParts
            {
                Features = features,
                Channels = description.ChannelSet(),
                Opening = description.Opening ?? ImageOptions.Default,
                Deep = description.Deep is null ? null : Deep(zip, description.Deep),
                Classes = description.Classes,
                Training = description.Training,
                Images = description.Images,
                Samples = description.Samples,
                Data = description.Data,
                Smoothing = description.Smoothing ?? Smoothing.None,
                HeldOut = description.HeldOut,
                Origin = description.Imported,
                XgboostVersion = description.Xgboost,
                ForestBytes = forest,
                SelfTest = selfTest,
            };
        }
        catch (NewerFormatException e)
        {
            throw new FastSegException(
                $"{name}: the model has format {e.Format}, but this program reads up to {ModelDescription.CurrentFormat}; update FastSeg.",
                e);
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw Damaged(name, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotBeRead(name, e);
        }
    }

    /// <summary>The failure of a file or stream that cannot be read.</summary>
    private static FastSegException CannotBeRead(string name, Exception e) =>
        new($"{name}: the model cannot be read: {e.Message.TrimEnd('.')}.", e);

    /// <summary>What is left of a stream, since a ZIP is read from its end.</summary>
    private static MemoryStream Rest(Stream stream)
    {
        var rest = new MemoryStream();
        stream.CopyTo(rest);
        rest.Position = 0;
        return rest;
    }

    /// <summary>Whether an exception means that the file's content is damaged or does not fit.</summary>
    public static bool IsDamage(Exception e) =>
        e is InvalidDataException or JsonException or FastSegException or EndOfStreamException or OverflowException;

    /// <summary>The failure of a file whose content is damaged or does not fit.</summary>
    public static FastSegException Damaged(string name, Exception e) =>
        new($"{name}: this is no whole FastSeg model: {e.Message.TrimEnd('.')}.", e);

    private static DeepModel Deep(ZipArchive zip, DeepDescription description)
    {
        const string Projection = "projection.safetensors", Weights = "upsampler.safetensors";
        bool learned = description.Upsampling == Upsampling.Learned;
        return new DeepModel(
            description,
            SharedPcaFile.Parse(Get(zip, Projection), Projection, description.Scales),
            learned ? UpsamplerFile.Parse(Get(zip, Weights), Weights) : null);
    }

    private static ModelDescription Describe(ModelParts model) => new()
    {
        Format = NeedsFormat5(model) ? ModelDescription.CurrentFormat
            : NeedsFormat3(model) ? ModelDescription.StandardisedFormat
            : ModelDescription.ImportFormat,
        Version = FastSegVersion.Text,
        Xgboost = model.XgboostVersion,
        Channels = model.Channels.Count,
        ChannelNames = model.Channels.Names.Count == 0 ? null : model.Channels.Names,
        Colour = model.Channels is { Count: 3, IsColour: false } ? false : null,
        Opening = model.Opening == ImageOptions.Default ? null : model.Opening,
        Deep = model.Deep?.Description,
        Features = ModelDescription.FeaturesJson.From(model.Features),
        Classes = model.Classes,
        Training = model.Training,
        Images = model.Images,
        Samples = model.Samples,
        Data = model.Data,
        Smoothing = model.Smoothing.Mode == SmoothingMode.None ? null : model.Smoothing,
        HeldOut = model.HeldOut,
        Imported = model.Origin,
    };

    /// <summary>An older program would refuse what format 5 added, or would not see images as the model does.</summary>
    private static bool NeedsFormat5(ModelParts model) => model.Origin is null || model.Channels.Count is not (1 or 3)
        || model.Features.NanAs is not null || model.Features.DataBar != DataBar.None;

    /// <summary>Whether an imported model has something that format 2 did not know.</summary>
    private static bool NeedsFormat3(ModelParts model) =>
        model.Features.Standardise != Standardisation.None || model.Smoothing.Mode != SmoothingMode.None;

    private static void Add(ZipArchive zip, string name, ReadOnlySpan<byte> bytes)
    {
        ZipArchiveEntry entry = zip.CreateEntry(name, CompressionLevel.Optimal);
        entry.LastWriteTime = EntryDate;
        using Stream stream = entry.Open();
        stream.Write(bytes);
    }

    /// <summary>The bytes of an entry, whose size is checked before they are allocated and whose checksum is compared.</summary>
    private static byte[] Get(ZipArchive zip, string name, long most = LargestEntry)
    {
        ZipArchiveEntry entry = zip.GetEntry(name) ?? throw new InvalidDataException($"{name} is missing in it");
        long expansion = entry.Length > AlwaysAllowed ? UsualExpansion : MostExpansion;
        if (entry.Length > (entry.CompressedLength * expansion) + expansion)
        {
            throw new InvalidDataException(
                $"{name} claims {entry.Length} bytes, more than its {entry.CompressedLength} compressed bytes should hold");
        }
        if (entry.Length > most)
        {
            throw new InvalidDataException($"{name} is {entry.Length >> 20} MiB large; at most {most >> 20} MiB are read");
        }
        byte[] bytes = new byte[entry.Length];
        using Stream stream = entry.Open();
        stream.ReadExactly(bytes);
        // The runtime does not compare the checksum, and neither deflate nor the self-test's few pixels would notice one wrong threshold.
        return Crc32.Of(bytes) == entry.Crc32
            ? bytes
            : throw new InvalidDataException($"the checksum of {name} does not match its bytes");
    }

    private static byte[] Pack(SelfTest test)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create))
        {
            Add(zip, "features.npy", NpyArray.Write(test.Features, test.Rows, test.Features.Length / test.Rows));
            Add(zip, "probabilities.npy", NpyArray.Write(test.Probabilities, test.Rows, test.Probabilities.Length / test.Rows));
        }
        return stream.ToArray();
    }

    private static SelfTest Unpack(byte[] npz)
    {
        using var stream = new MemoryStream(npz);
        ZipDirectory.Check(stream, MostEntries);
        using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
        (float[] features, int rows, _) = NpyArray.Read(Get(zip, "features.npy", LargestDescription));
        (float[] probabilities, int same, _) = NpyArray.Read(Get(zip, "probabilities.npy", LargestDescription));
        return rows == same
            ? new SelfTest(features, probabilities, rows)
            : throw new InvalidDataException("its self-test has features and probabilities of different numbers of pixels");
    }
}
