namespace FastSeg.Files.Runs;

/// <summary>Units of earlier starts of a run whose bytes are as they were written.</summary>
/// <param name="units">The units by name.</param>
internal sealed class KeptUnits(IReadOnlyDictionary<string, RunUnit> units)
{
    /// <summary>The units by name, until <see cref="Forget"/>.</summary>
    public IReadOnlyDictionary<string, RunUnit> Units { get; private set; } = units;

    /// <summary>How many there are.</summary>
    public int Count { get; } = units.Count;

    /// <summary>Lets go of the names, which take memory, once all results are added and know what they have.</summary>
    public void Forget() => Units = new Dictionary<string, RunUnit>();
}
