namespace FastSeg.Files.Runs;

/// <summary>
/// What a run is: by name, everything that changes its results and nothing that does not, such as threads, times and paths. Two runs with
/// equal identities make the same bytes, so one may go on where the other one ended.
/// </summary>
/// <param name="Parts">Names, such as "model", and values that tell one from another, such as a SHA-256; the most telling first.</param>
internal sealed record RunIdentity(IReadOnlyList<(string Name, string Value)> Parts)
{
    /// <summary>What a value is called that one of two runs lacks.</summary>
    private const string Nothing = "none";

    /// <summary>
    /// In what another run differs, as a part of a sentence: "its model is 12ab, not 34cd". Null where the two are equal.
    /// </summary>
    /// <param name="now">The run that wants to go on.</param>
    public string? Difference(RunIdentity now)
    {
        foreach (string name in Parts.Concat(now.Parts).Select(part => part.Name).Distinct())
        {
            string was = ValueOf(name), is1 = now.ValueOf(name);
            if (was != is1)
            {
                return $"its {name} is {was}, not {is1}";
            }
        }
        return null;
    }

    /// <summary>What is written into the results: all that does not depend on the machine.</summary>
    public RunIdentity Recorded => new([.. Parts.Where(part => part.Name != ExecutionPath)]);

    /// <summary>The name of the part that says how a backbone is computed on this machine.</summary>
    public const string ExecutionPath = "execution path";

    private string ValueOf(string name) => Parts.FirstOrDefault(part => part.Name == name).Value ?? Nothing;
}
