using System.Text;
using FastSeg.Common;

namespace FastSeg.Cli.Terminal;

/// <summary>
/// Standard output or standard error, which whoever started the program may have closed or sent to a full disk. Results that cannot be
/// printed fail the run with a sentence; messages that cannot be printed are lost, as there is nowhere to say so. What would steer a
/// terminal is escaped (<see cref="PlainText"/>); a line that is written as a whole stays one line.
/// </summary>
/// <param name="inner">The console's writer.</param>
/// <param name="results">Whether what is printed are results.</param>
internal sealed class StandardStream(TextWriter inner, bool results) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    /// <summary>The same stream for a progress bar, which draws with a terminal's own characters and must escape what it is given.
    /// </summary>
    public TextWriter Unescaped { get; } = new Raw(inner, results);

    public override void Write(char value) => Write(value.ToString());

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(string? value) => Try(() => inner.Write(PlainText.Of(value ?? "", keepLines: true)));

    public override void WriteLine(string? value) => Try(() => inner.Write(PlainText.Of(value ?? "") + NewLine));

    public override void Flush() => Try(inner.Flush);

    private void Try(Action write) => Try(write, results);

    private static void Try(Action write, bool results)
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

    private sealed class Raw(TextWriter inner, bool results) : TextWriter
    {
        public override Encoding Encoding => inner.Encoding;

        public override void Write(char value) => Try(() => inner.Write(value), results);

        public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count), results);

        public override void Write(string? value) => Try(() => inner.Write(value), results);

        public override void Flush() => Try(inner.Flush, results);
    }
}
