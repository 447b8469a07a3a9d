using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastSeg.Perf.Kit;

/// <summary>
/// What a step, or a process that works for it, has found so far. It is written to its file after everything that is added, so that nothing
/// is lost when the process is stopped.
/// </summary>
internal sealed class Findings
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>Sentences.</summary>
    public List<string> Notes { get; init; } = [];

    /// <summary>What did not pass, as sentences.</summary>
    public List<string> Failures { get; init; } = [];

    /// <summary>What could not be done here, and why.</summary>
    public List<string> NotPossible { get; init; } = [];

    /// <summary>Tables of cells.</summary>
    public List<FindingTable> Tables { get; init; } = [];

    /// <summary>Measured rates by name, in the base unit: pixels, bytes or flops a second.</summary>
    public SortedDictionary<string, double> Rates { get; init; } = new(StringComparer.Ordinal);

    /// <summary>What other programs printed; only in the file, not on the page.</summary>
    public SortedDictionary<string, string> Texts { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Writes everything down; nothing where the findings belong to a larger whole.</summary>
    [JsonIgnore]
    public Action Save { get; set; } = () => { };

    /// <summary>Findings that are written to a file as they come.</summary>
    public static Findings Into(string path)
    {
        var findings = new Findings();
        findings.Save = () => Write(path, findings);
        findings.Save();
        return findings;
    }

    /// <summary>Reads findings; null where there are none.</summary>
    public static Findings? Load(string path) =>
        File.Exists(path) ? JsonSerializer.Deserialize<Findings>(File.ReadAllText(path), Json) : null;

    /// <summary>Writes something as JSON: first beside its place, so that the file is whole at every moment.</summary>
    public static void Write<T>(string path, T what)
    {
        File.WriteAllText($"{path}.new", JsonSerializer.Serialize(what, Json) + "\n");
        File.Move($"{path}.new", path, overwrite: true);
    }

    public void Note(string sentence) => Add(Notes, sentence);

    public void Fail(string sentence) => Add(Failures, sentence);

    public void CannotDo(string sentence) => Add(NotPossible, sentence);

    /// <summary>Adds a row to a table, which begins with its first row.</summary>
    public void Row(string table, string[] columns, params string[] cells)
    {
        FindingTable? found = Tables.Find(candidate => candidate.Name == table);
        if (found is null)
        {
            Tables.Add(found = new FindingTable(table, columns, []));
        }
        found.Rows.Add(cells);
        Save();
    }

    /// <summary>Adds a measured rate; one of 0 was not measured.</summary>
    public void Rate(string name, double perSecond)
    {
        if (perSecond > 0)
        {
            Rates[name] = perSecond;
            Save();
        }
    }

    /// <summary>Adds what a process that worked for this step has found.</summary>
    public void Take(Findings others)
    {
        Notes.AddRange(others.Notes);
        Failures.AddRange(others.Failures);
        NotPossible.AddRange(others.NotPossible);
        foreach (FindingTable table in others.Tables)
        {
            table.Rows.ForEach(row => Row(table.Name, table.Columns, row));
        }
        foreach ((string name, double rate) in others.Rates)
        {
            Rates[name] = rate;
        }
        foreach ((string name, string text) in others.Texts)
        {
            Texts[name] = text;
        }
        Save();
    }

    private void Add(List<string> sentences, string sentence)
    {
        if (!sentences.Contains(sentence))
        {
            sentences.Add(sentence);
            Save();
        }
    }
}

/// <summary>A table of cells.</summary>
/// <param name="Name">What stands above it.</param>
/// <param name="Columns">Titles of its columns.</param>
/// <param name="Rows">Its rows.</param>
internal sealed record FindingTable(string Name, string[] Columns, List<string[]> Rows);
