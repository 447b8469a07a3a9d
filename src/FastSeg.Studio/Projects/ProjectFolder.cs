using System.Security.Cryptography;
using System.Text.Json;
using FastSeg.Studio.Files;

namespace FastSeg.Studio.Projects;

/// <summary>The folder of a project and what says that it is one.</summary>
internal sealed class ProjectFolder
{
    /// <summary>Format of projects that this program writes.</summary>
    public const int Format = 1;

    /// <summary>The file that says that a folder is a project.</summary>
    private const string Marker = "project.json";

    private ProjectFolder(string path, string id) => (Path, Id) = (path, id);

    public string Path { get; }

    /// <summary>Made by chance when the project was.</summary>
    public string Id { get; }

    public string Journal => In("journal.jsonl");

    public string Imports => In("imports");

    public string Snapshots => In("snapshots");

    public string Cache => In("cache");

    public string Server => In("server.json");

    /// <summary>
    /// The folder of a project where none is given: fastseg-project beside the first image, or, where that cannot be written, a folder
    /// under $XDG_DATA_HOME/fastseg named after the images' one.
    /// </summary>
    /// <param name="images">Files and folders that were given.</param>
    public static string Default(IReadOnlyList<string> images)
    {
        if (images.Count == 0)
        {
            return System.IO.Path.Combine(DataFolder(), "first-run");
        }
        string first = System.IO.Path.GetFullPath(images[0]);
        string beside = Directory.Exists(first) ? first : System.IO.Path.GetDirectoryName(first)!;
        string path = System.IO.Path.Combine(beside, "fastseg-project");
        if (CanWrite(path))
        {
            return path;
        }
        // Folders of the same name in different places are different projects.
        string place = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(beside)))[..8];
        return System.IO.Path.Combine(DataFolder(), $"{System.IO.Path.GetFileName(beside)}-{place}");
    }

    /// <summary>Makes the folder where there is none. When this returns, a power cut does not take it away.</summary>
    /// <exception cref="FastSegException">It cannot be made.</exception>
    public static string Make(string path) => Make(path, Disk.FlushFolder);

    internal static string Make(string path, Action<string> flush)
    {
        string full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        Guarded(full, () =>
        {
            IReadOnlyList<string> parents = File.Exists(System.IO.Path.Combine(full, Marker)) ? [] : NewEntries(full);
            foreach (string name in (string[])["imports", "snapshots", "cache"])
            {
                Directory.CreateDirectory(System.IO.Path.Combine(full, name));
            }
            foreach (string parent in parents)
            {
                Flush(parent, flush);
            }
        });
        return full;
    }

    /// <summary>Opens a folder that <see cref="Make"/> made and that is locked; a new one becomes a project.</summary>
    /// <exception cref="FastSegException">A newer program made it, or it is damaged or cannot be written.</exception>
    public static ProjectFolder Open(string folder)
    {
        string path = System.IO.Path.Combine(folder, Marker);
        ProjectFile file;
        if (File.Exists(path))
        {
            byte[] bytes = [];
            Guarded(folder, () => bytes = File.ReadAllBytes(path));
            file = Parse(bytes, path);
        }
        else
        {
            if (File.Exists(System.IO.Path.Combine(folder, "journal.jsonl")))
            {
                throw new FastSegException($"{path} is missing, though the project has a journal; restore it from a backup.");
            }
            file = new ProjectFile(Format, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)), DateTime.UtcNow);
            Guarded(folder, () => Disk.WriteWhole(path, ProjectJson.Write(file)));
        }
        return new ProjectFolder(folder, file.Id);
    }

    /// <summary>Runs something and says in one sentence what the disk refused.</summary>
    public static void Guarded(string path, Action run)
    {
        try
        {
            run();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FastSegException(
                $"The project {path} cannot be written ({e.Message.TrimEnd('.')}); give a folder that can be with --project.", e);
        }
    }

    /// <summary>The folders in which making a folder writes an entry: its parent, and those that are made on the way.</summary>
    private static List<string> NewEntries(string folder)
    {
        var parents = new List<string>();
        for (string? parent = System.IO.Path.GetDirectoryName(folder); parent is not null; parent = System.IO.Path.GetDirectoryName(parent))
        {
            parents.Add(parent);
            if (Directory.Exists(parent))
            {
                break;
            }
        }
        return parents;
    }

    private static void Flush(string parent, Action<string> flush)
    {
        try
        {
            flush(parent);
        }
        catch (IOException)
        {
            // A folder may be of another person who lets nobody list it; the project itself is flushed, and can be used.
        }
    }

    private static string DataFolder()
    {
        string? given = Environment.GetEnvironmentVariable("XDG_DATA_HOME");
        string data = given is { Length: > 0 } && System.IO.Path.IsPathRooted(given)
            ? given
            : Environment.GetFolderPath(
                Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return System.IO.Path.Combine(data, "fastseg");
    }

    private static bool CanWrite(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            string probe = System.IO.Path.Combine(folder, $".probe-{Environment.ProcessId}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static ProjectFile Parse(byte[] bytes, string path)
    {
        // The format is read first: other properties of a newer one may have changed.
        try
        {
            using var json = JsonDocument.Parse(bytes);
            int format = json.RootElement.GetProperty("format").GetInt32();
            if (format > Format)
            {
                throw new FastSegException(
                    $"{path} is of format {format}, and this program reads up to {Format}; open the project with the newer program.");
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new FastSegException($"{path} is damaged; restore it from a backup.", e);
        }
        return ProjectJson.Read<ProjectFile>(bytes, $"file {path}");
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>What project.json holds.</summary>
    private sealed record ProjectFile(int Format, string Id, DateTime Created);
}
