namespace FastSeg.Files;

/// <summary>
/// What a parser may make of a file, in bytes of memory: a few MiB, and a few times as much as the file has. Files that people make stay
/// far below it; those that consist of empty parts alone, two bytes of which would become an object of hundreds, are refused early.
/// </summary>
/// <param name="fileBytes">Bytes of the file, or of its part that is parsed.</param>
/// <param name="refusal">Makes the exception that ends the parsing.</param>
internal sealed class ParseBudget(long fileBytes, Func<string, Exception> refusal)
{
    // What .NET's objects take, header and reference to them included.
    public const int Object = 72, Table = 96, TableEntry = 72, Boxed = 32, ListItem = 24;

    private long _left = (16L << 20) + (6 * fileBytes);

    /// <summary>Counts what is about to be made.</summary>
    public void Spend(long bytes)
    {
        _left -= bytes;
        if (_left < 0)
        {
            throw refusal("it has so many small parts that they would take many times its size in memory");
        }
    }

    /// <summary>Counts a text.</summary>
    public void SpendText(int characters) => Spend(Boxed + (2L * characters));

    /// <summary>Gives back what was needed for a moment only.</summary>
    public void Return(long bytes) => _left += bytes;
}
