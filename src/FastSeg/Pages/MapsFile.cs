using System.Security.Cryptography;
using System.Text;
using FastSeg.Deep;
using FastSeg.Deep.Tokens;
using FastSeg.Files;

namespace FastSeg.Pages;

/// <summary>
/// A file that keeps a page's maps: eight letters, the SHA-256 of what the maps are of, the float32 of all maps as they lie in memory, and
/// the SHA-256 of these. It is a cache: a file that is missing, broken or of something else is written anew, and never an error.
/// </summary>
internal static class MapsFile
{
    private const int PartBytes = 4 << 20;

    private static readonly byte[] Magic = "FSMAPS01"u8.ToArray();

    private static int HeadBytes => Magic.Length + SHA256.HashSizeInBytes;

    /// <summary>Whether there is a regular file.</summary>
    public static bool Exists(string path) => FileKinds.Of(path) == FileKind.Regular;

    /// <summary>Reads the maps; null where the file does not hold them, whatever the reason.</summary>
    /// <param name="path">The file.</param>
    /// <param name="key">What the maps must be of.</param>
    /// <param name="model">Says their shapes.</param>
    /// <param name="image">The page.</param>
    /// <param name="cancellation">Looked at between parts.</param>
    /// <exception cref="OperationCanceledException">Reading was cancelled.</exception>
    public static DeepMaps? Read(string path, string key, DeepModel model, ImageInfo image, CancellationToken cancellation)
    {
        DeepMaps? maps = null;
        try
        {
            using InputFile file = InputFile.Open(path, path);
            long bytes = DeepMaps.Bytes(model, image).Sum();
            byte[] head = new byte[HeadBytes], end = new byte[SHA256.HashSizeInBytes];
            if (file.Length != head.Length + bytes + end.Length)
            {
                return null;
            }
            file.Read(0, head);
            file.Read(head.Length + bytes, end);
            if (!head.AsSpan().SequenceEqual(Head(key)))
            {
                return null;
            }
            maps = DeepMaps.Empty(model, image);
            long at = head.Length;
            byte[] found = Hash(maps, part =>
            {
                cancellation.ThrowIfCancellationRequested();
                file.Read(at, part);
                at += part.Length;
            });
            if (found.AsSpan().SequenceEqual(end))
            {
                return maps;
            }
        }
        catch (FastSegException)
        {
            // A cache that cannot be read is one that is not there.
        }
        catch
        {
            maps?.Dispose();
            throw;
        }
        maps?.Dispose();
        return null;
    }

    /// <summary>Writes the maps. The file appears under its name when it is whole.</summary>
    /// <returns>Why it could not be written, as a sentence; null where it was.</returns>
    public static string? Write(string path, string key, DeepMaps maps)
    {
        try
        {
            using var file = new OutputFile(path);
            byte[] head = Head(key);
            file.Write(0, head);
            long at = head.Length;
            byte[] hash = Hash(maps, part =>
            {
                file.Write(at, part);
                at += part.Length;
            });
            file.Write(at, hash);
            file.Commit();
            return null;
        }
        catch (FastSegException e)
        {
            return $"The deep features are not kept for the next time: {e.Message}";
        }
    }

    private static byte[] Head(string key) => [.. Magic, .. SHA256.HashData(Encoding.UTF8.GetBytes(key))];

    /// <summary>The hash of all values, after each part was handed to <paramref name="take"/>, which may fill it.</summary>
    private static byte[] Hash(DeepMaps maps, SpanAction take)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (LowResolution map in maps.Maps)
        {
            for (long done = 0; done < map.Values.Length; done += PartBytes)
            {
                Span<byte> part = map.Values.Span<byte>(done, (int)Math.Min(PartBytes, map.Values.Length - done));
                take(part);
                hash.AppendData(part);
            }
        }
        return hash.GetHashAndReset();
    }

    private delegate void SpanAction(Span<byte> part);
}
