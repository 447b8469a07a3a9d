using System.Security.Cryptography;
using System.Text.Json;

namespace FastSeg.Cli.Reports;

/// <summary>A file that went into a run, with what tells its content from others.</summary>
/// <param name="File">Its path as given.</param>
/// <param name="Sha256">The SHA-256 of its bytes in hexadecimal; null where the file is too large for it, or is no file of its own.</param>
internal sealed record FileHash(string File, string? Sha256)
{
    /// <summary>
    /// Largest file that is read again for its hash: half a second of SHA-256. Reports of larger ones name it without.
    /// </summary>
    private const long Largest = 1L << 30;

    /// <summary>Reads a file for its hash.</summary>
    /// <param name="path">Its path; a page behind # is no part of it.</param>
    public static FileHash Of(string path)
    {
        int page = path.LastIndexOf('#');
        string file = page > 0 && !System.IO.File.Exists(path) ? path[..page] : path;
        try
        {
            using FileStream stream = System.IO.File.OpenRead(file);
            bool reads = stream.CanSeek && stream.Length <= Largest;
            return new FileHash(path, reads ? Convert.ToHexStringLower(SHA256.HashData(stream)) : null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new FileHash(path, null);
        }
    }

    /// <summary>Writes it as a member of a JSON object.</summary>
    public void Write(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject(name);
        json.WriteString("file", File);
        if (Sha256 is not null)
        {
            json.WriteString("sha256", Sha256);
        }
        json.WriteEndObject();
    }
}
