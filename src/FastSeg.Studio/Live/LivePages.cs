using System.Text.Json;
using FastSeg.Studio.Files;
using FastSeg.Studio.Projects;

namespace FastSeg.Studio.Live;

/// <summary>
/// The pages that live work reads, each opened once. Mean and deviation of a page, and its deep features at low resolution, are kept in the
/// project's cache, so that they are computed once for a file. One thread uses it, the live loop's.
/// </summary>
/// <param name="project">The project.</param>
internal sealed class LivePages(Project project) : IDisposable
{
    /// <summary>Pages that stay open though nobody works on them, and the bytes that they may hold.</summary>
    private const int MostIdle = 16;
    private const long IdleBytes = 256L << 20;

    private readonly Dictionary<(string Image, int Page), Entry> _open = [];
    private long _clock;

    /// <summary>The page of an image, opened.</summary>
    /// <exception cref="FastSegException">
    /// The image is not in the project, its file is missing or broken, or it has no such page.
    /// </exception>
    public PreparedImage Get(string image, int page)
    {
        if (!_open.TryGetValue((image, page), out Entry? entry))
        {
            ProjectImage known = project.Images.FirstOrDefault(known => known.Id == image)
                ?? throw new FastSegException($"The project has no image {image}.");
            string key = Key(image, page, known.Path);
            ImageReader reader = ImageFile.Open(known.PagePath(page));
            _open[(image, page)] = entry = new Entry(known.Path, reader, new PreparedImage(reader, key, ReadSamples(key)));
        }
        entry.Used = ++_clock;
        return entry.Prepared;
    }

    /// <summary>
    /// Closes the pages whose files another program wrote anew since they were opened. Returns whether there were any: what was computed of
    /// them is of another picture.
    /// </summary>
    public bool CloseChanged()
    {
        var changed = from entry in _open
                      where entry.Value.Prepared.Key != Key(entry.Key.Image, entry.Key.Page, entry.Value.Path)
                      select entry.Key;
        (string, int)[] keys = [.. changed];
        Array.ForEach(keys, Close);
        return keys.Length > 0;
    }

    /// <summary>Finds out mean and deviation of a page where they are not known yet, and keeps them.</summary>
    public void Measure(PreparedImage page, ComputeOptions options)
    {
        if (page.Samples is null)
        {
            PageSamples samples = page.Measure(options);
            WriteWhole(SamplesFile(page.Key), JsonSerializer.SerializeToUtf8Bytes(samples));
        }
    }

    /// <summary>The file that keeps a page's deep features; its content says for which backbone and settings they are.</summary>
    public string DeepFile(PreparedImage page) => Path.Combine(Folder("deep"), $"{page.Key}.maps");

    /// <summary>Closes the pages that were not used for longest, but for those of the newest work.</summary>
    /// <param name="keep">Pages that the newest work used.</param>
    public void Trim(int keep)
    {
        long held = 0;
        int open = 0;
        foreach (var entry in _open.OrderByDescending(entry => entry.Value.Used).ToArray())
        {
            held += entry.Value.Bytes;
            if (++open > keep && (open > MostIdle || held > IdleBytes))
            {
                Close(entry.Key);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Entry entry in _open.Values)
        {
            entry.Dispose();
        }
        _open.Clear();
    }

    /// <summary>What tells a page's content from others: the file's size and time. A moved project keeps what it computed.</summary>
    private static string Key(string image, int page, string path)
    {
        var state = ImageState.Of(path);
        return state.Exists ? $"{image}-{page}-{state.Length}-{state.Changed.Ticks}" : $"{image}-{page}-missing";
    }

    private void Close((string Image, int Page) key)
    {
        _open.Remove(key, out Entry? entry);
        entry?.Dispose();
    }

    private string SamplesFile(string key) => Path.Combine(Folder("samples"), $"{key}.json");

    private string Folder(string name) => Directory.CreateDirectory(Path.Combine(project.CacheFolder, name)).FullName;

    private PageSamples? ReadSamples(string key)
    {
        try
        {
            // Numbers of an older program lack what images are compared by.
            var samples = JsonSerializer.Deserialize<PageSamples>(File.ReadAllBytes(SamplesFile(key)));
            return samples is { Data: not null } ? samples : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // What the cache does not have is computed again.
            return null;
        }
    }

    /// <summary>Writes a file beside its name and renames it; a cache that cannot be written is none.</summary>
    private static void WriteWhole(string path, byte[] content)
    {
        try
        {
            File.WriteAllBytes($"{path}.new", content);
            File.Move($"{path}.new", path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private sealed class Entry(string path, ImageReader reader, PreparedImage prepared) : IDisposable
    {
        private readonly long _decoded = reader.HeldBytes(1);

        public string Path => path;

        public PreparedImage Prepared => prepared;

        /// <summary>Bytes that the page may hold: all of the picture, where its format gives no part alone, and deep features.</summary>
        public long Bytes => _decoded + prepared.DeepBytes;

        public long Used { get; set; }

        public void Dispose()
        {
            prepared.Dispose();
            reader.Dispose();
        }
    }
}
