using System.IO.Compression;
using FastSeg.Files;

namespace FastSeg.Deep.Weights;

/// <summary>
/// An upsampler's checkpoint as PyTorch 1.6 and later saves it: a zip with a pickle ("data.pkl") that describes a dict of "config" and
/// "weights", and one file of numbers per storage. Nothing of it is executed.
/// </summary>
internal sealed record PyTorchCheckpoint(PickleDict Config, IReadOnlyList<WeightTensor> Weights)
{
    private const string PickleName = "data.pkl";

    /// <summary>Each storage is an entry; upsamplers have some dozens.</summary>
    private const int MostEntries = 10_000;

    /// <summary>Tensors may share numbers, but not so many that a small file becomes large.</summary>
    private const int MostFloatBytesPerFileByte = 8;

    /// <summary>Reads a checkpoint.</summary>
    /// <exception cref="FastSegException">It is missing, damaged, of another kind, or asks for more than data.</exception>
    public static PyTorchCheckpoint Read(string path) => Parse(WeightBytes.ReadFile(path), path);

    /// <summary>Reads the bytes of a checkpoint; <paramref name="name"/> is what error sentences call it.</summary>
    /// <exception cref="FastSegException">It is damaged, of another kind, or asks for more than data.</exception>
    public static PyTorchCheckpoint Parse(byte[] file, string name)
    {
        if (!file.AsSpan().StartsWith("PK"u8))
        {
            throw new FastSegException(
                $"{name} is no checkpoint of PyTorch 1.6 or later, which is a zip file; "
                + "load it in PyTorch and save it again with torch.save.");
        }
        try
        {
            using var stream = new MemoryStream(file);
            ZipDirectory.Check(stream, MostEntries);
            using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
            ZipArchiveEntry pickle = zip.Entries.FirstOrDefault(IsPickle)
                ?? throw new PickleException($"it has no {PickleName}");
            string root = pickle.FullName[..^PickleName.Length];
            long left = file.Length;
            if (zip.GetEntry(root + "byteorder") is { } order && !Bytes(order, ref left).AsSpan().SequenceEqual("little"u8))
            {
                throw new PickleException("its numbers are big-endian; save it on a little-endian machine");
            }
            return Convert(zip, root, PickleMachine.Load(Bytes(pickle, ref left)), file.Length, ref left);
        }
        catch (PickleException e)
        {
            throw new FastSegException(
                $"{name} cannot be imported: {e.Message}; a dict of \"config\" and \"weights\" saved with torch.save is needed.", e);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException or ArgumentException)
        {
            throw new FastSegException(
                $"{name} is a damaged zip file ({InputFile.OneLine(e.Message)}); fetch the checkpoint again.", e);
        }
    }

    private static bool IsPickle(ZipArchiveEntry entry) =>
        entry.FullName == PickleName || entry.FullName.EndsWith("/" + PickleName, StringComparison.Ordinal);

    private static PyTorchCheckpoint Convert(ZipArchive zip, string root, object? content, long fileLength, ref long left)
    {
        if (content is not PickleDict dict || dict.Get("config") is not PickleDict config || dict.Get("weights") is not PickleDict weights)
        {
            throw new PickleException("it is no dict with the dicts \"config\" and \"weights\"");
        }
        var storages = new Dictionary<string, byte[]>();
        var tensors = new List<WeightTensor>();
        long total = 0;
        foreach ((object key, object? value) in weights.Items)
        {
            if (key is not string tensor || value is not PickleTensor view)
            {
                throw new PickleException($"its weights hold something under {key} that is no tensor with a name");
            }
            total += (WeightBytes.Count(view.Shape) ?? 0) * sizeof(float);
            if (total > MostFloatBytesPerFileByte * fileLength)
            {
                throw new PickleException($"its tensors would be more than {MostFloatBytesPerFileByte} times as large as the file");
            }
            tensors.Add(new WeightTensor(tensor, view.Shape, Values(view, Storage(zip, root, view.Storage, storages, ref left))));
        }
        return new PyTorchCheckpoint(config, tensors);
    }

    private static byte[] Storage(ZipArchive zip, string root, PickleStorage storage, Dictionary<string, byte[]> read, ref long left)
    {
        if (!read.TryGetValue(storage.Key, out byte[]? bytes))
        {
            ZipArchiveEntry entry = zip.GetEntry($"{root}data/{storage.Key}")
                ?? throw new PickleException($"it has no file data/{storage.Key}");
            bytes = Bytes(entry, ref left);
            read.Add(storage.Key, bytes);
        }
        // No version of PyTorch pads a storage, so its file has exactly that size, whichever tensor asks.
        return bytes.LongLength / storage.Type.Bytes() == storage.Count && bytes.LongLength % storage.Type.Bytes() == 0
            ? bytes
            : throw new PickleException(
                $"data/{storage.Key} has {bytes.Length} bytes, which are not {storage.Count} numbers of {storage.Type.Bytes()} bytes");
    }

    /// <summary>
    /// Reads a file of the zip that is stored as it is; a compressed one could be much larger than the zip, and torch.save makes none.
    /// Several names may point at the same bytes, so all files read must together fit into the zip: <paramref name="left"/> counts the
    /// bytes that may still come.
    /// </summary>
    private static byte[] Bytes(ZipArchiveEntry entry, ref long left)
    {
        if (entry.Length != entry.CompressedLength)
        {
            throw new PickleException($"its file {entry.FullName} is compressed; torch.save stores files as they are");
        }
        left -= entry.Length;
        if (left < 0)
        {
            throw new PickleException(
                $"its files up to {entry.FullName} hold more bytes than the zip that they are in, so some of them overlap");
        }
        byte[] bytes = new byte[entry.Length];
        using Stream stream = entry.Open();
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>The numbers of a view, in C order. They all lie in the storage: that was checked when the tensor was made.</summary>
    private static float[] Values(PickleTensor view, byte[] bytes)
    {
        WeightType type = view.Storage.Type;
        int size = type.Bytes(), axes = view.Shape.Length;
        float[] values = new float[WeightBytes.Count(view.Shape) ?? 0];
        long[] index = new long[axes];
        long at = view.Offset;
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = WeightBytes.One(type, bytes.AsSpan((int)(at * size), size));
            for (int axis = axes - 1; axis >= 0; axis--)
            {
                at += view.Strides[axis];
                if (++index[axis] < view.Shape[axis])
                {
                    break;
                }
                at -= view.Strides[axis] * view.Shape[axis];
                index[axis] = 0;
            }
        }
        return values;
    }
}
