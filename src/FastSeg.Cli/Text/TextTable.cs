using FastSeg.Common;

namespace FastSeg.Cli.Text;

/// <summary>Rows of text in aligned columns.</summary>
/// <param name="right">For each column, whether it is aligned to the right.</param>
internal sealed class TextTable(params bool[] right)
{
    private const string Gap = "  ";
    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row, and returns the table. Cells are escaped here, so that columns are as wide as what is printed.</summary>
    public TextTable Row(params string[] cells)
    {
        _rows.Add([.. cells.Select(cell => PlainText.Of(cell))]);
        return this;
    }

    /// <summary>Prints the rows, every column as wide as its widest cell.</summary>
    public void Write(TextWriter output, string indent = Gap)
    {
        int[] widths =
        [
            .. Enumerable.Range(0, right.Length).Select(column => _rows.Max(row => column < row.Length ? row[column].Length : 0)),
        ];
        foreach (string[] row in _rows)
        {
            IEnumerable<string> cells = row.Select((cell, i) => right[i] ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]));
            output.WriteLine((indent + string.Join(Gap, cells)).TrimEnd());
        }
    }
}
