using System.ComponentModel;
using System.Diagnostics;
using System.Net;

namespace FastSeg.Studio;

/// <summary>
/// Opens the link in the person's browser. The link goes through a file that only they can read, since every user of a machine sees the
/// arguments of its programs.
/// </summary>
internal sealed class Browser : IDisposable
{
    private readonly string _file;

    private Browser(string file) => _file = file;

    /// <summary>Opens it where there is a display and a program for that; null where there is not.</summary>
    /// <param name="link">The link with the secret.</param>
    /// <param name="folder">Where the file may be written.</param>
    public static Browser? Open(string link, string folder)
    {
        bool display = ((string[])["DISPLAY", "WAYLAND_DISPLAY"])
            .Any(name => Environment.GetEnvironmentVariable(name) is { Length: > 0 });
        if (!display)
        {
            return null;
        }
        var browser = new Browser(Path.Combine(folder, "open.html"));
        try
        {
            string refresh = $"<meta http-equiv=\"refresh\" content=\"0;url={WebUtility.HtmlEncode(link)}\">";
            browser.Write($"<!doctype html><meta charset=\"utf-8\">{refresh}");
            // The shell sends to nowhere what the browser prints: the studio's output is the link and the folder.
            var start = new ProcessStartInfo("/bin/sh")
            {
                ArgumentList = { "-c", "exec xdg-open \"$0\" >/dev/null 2>&1 </dev/null", browser._file },
                UseShellExecute = false,
            };
            Process.Start(start)?.Dispose();
            return browser;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Win32Exception)
        {
            // The link is printed anyway.
            browser.Dispose();
            return null;
        }
    }

    public void Dispose()
    {
        try
        {
            File.Delete(_file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It holds a link that leads nowhere once the studio has ended.
        }
    }

    private void Write(string page)
    {
        File.Delete(_file);
        using var stream = new FileStream(_file, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        using var writer = new StreamWriter(stream);
        writer.Write(page);
    }
}
