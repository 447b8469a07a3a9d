using System.Text;

namespace FastSeg.Cli.Terminal;

/// <summary>
/// Standard output or standard error, which whoever started the program may have closed or sent to a full disk. Results that cannot be
/// printed fail the run with a sentence; messages that cannot be printed are lost, as there is nowhere to say so.
/// </summary>
/// <param name="inner">The console's writer.</param>
/// <param name="results">Whether what is printed are results.</param>
internal sealed class StandardStream(TextWriter inner, bool results) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Try(() => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

    public override void Write(string? value) => Try(() => inner.Write(value));

    public override void Flush() => Try(inner.Flush);

    private void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            if (results)
            {
                throw new FastSegException($"Standard output cannot be written ({e.Message.TrimEnd('.')}); send it somewhere else.", e);
            }
        }
    }
}
