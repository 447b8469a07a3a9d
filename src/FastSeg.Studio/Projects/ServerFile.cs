using System.Buffers.Text;
using System.Security.Cryptography;
using FastSeg.Studio.Files;

namespace FastSeg.Studio.Projects;

/// <summary>Secret and port of a project's studio, which are used again at the next start. Only the owner may read the file.</summary>
internal sealed class ServerFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _path;
    private int? _port;

    /// <summary>Reads the file; where there is none, or a damaged one, it is made with a new secret.</summary>
    /// <exception cref="FastSegException">It cannot be read and written.</exception>
    public ServerFile(string path)
    {
        _path = path;
        Content? content = null;
        ProjectFolder.Guarded(path, () =>
        {
            if (File.Exists(path))
            {
                File.SetUnixFileMode(path, OwnerOnly);
                content = Parse(File.ReadAllBytes(path));
            }
        });
        Secret = content?.Secret ?? Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        _port = content?.Port;
        if (content is null)
        {
            Write();
        }
    }

    public string Secret { get; }

    /// <summary>The port of the last start.</summary>
    public int? Port
    {
        get => _port;
        set
        {
            if (_port != value)
            {
                _port = value;
                Write();
            }
        }
    }

    private static Content? Parse(byte[] bytes)
    {
        try
        {
            Content content = ProjectJson.Read<Content>(bytes, "server.json");
            return content.Secret.Length >= 32 ? content : null;
        }
        catch (FastSegException)
        {
            return null;
        }
    }

    private void Write() => ProjectFolder.Guarded(
        _path, () => Disk.WriteWhole(_path, ProjectJson.Write(new Content(Secret, _port)), OwnerOnly));

    private sealed record Content(string Secret, int? Port = null);
}
