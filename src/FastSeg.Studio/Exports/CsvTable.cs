using System.Globalization;
using System.Text;

namespace FastSeg.Studio.Exports;

/// <summary>A table with commas, quoted as in RFC 4180.</summary>
internal sealed class CsvTable
{
    private readonly StringBuilder _text = new();

    /// <summary>Begins with the columns' names.</summary>
    public CsvTable(params object[] header) => Add(header);

    /// <summary>Adds a row.</summary>
    public void Add(params object[] fields) =>
        _text.AppendJoin(',', fields.Select(field => Quoted(Convert.ToString(field, CultureInfo.InvariantCulture)!))).Append("\r\n");

    public override string ToString() => _text.ToString();

    private static string Quoted(string field)
    {
        // A spreadsheet computes what begins like a formula; a name of a file or class must stay one.
        bool formula = field.Length > 0 && "=+-@\t".Contains(field[0]);
        string text = formula ? "'" + field : field;
        return text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }
}
