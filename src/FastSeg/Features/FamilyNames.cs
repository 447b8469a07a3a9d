using static FastSeg.Common.Arguments;

namespace FastSeg;

/// <summary>The families' names on the command line and in a model: those of <see cref="Families"/> in lower case.</summary>
public static class FamilyNames
{
    private const string NoneName = "none";

    private static readonly Families[] Single = [.. Enum.GetValues<Families>().Where(family => int.PopCount((int)family) == 1)];

    /// <summary>The set of all families.</summary>
    internal static Families Every { get; } = Single.Aggregate(Families.None, (set, family) => set | family);

    /// <summary>Every family's name, in the order of the planes.</summary>
    public static IEnumerable<string> All => Single.Select(Name);

    /// <summary>The names of a set's families.</summary>
    public static IEnumerable<string> Of(Families families) => Single.Where(family => (families & family) != 0).Select(Name);

    /// <summary>Returns the set of the named families; "default" stands for the default ones, "none" by itself for no family.</summary>
    /// <exception cref="FastSegException">A name is unknown.</exception>
    public static Families Parse(IEnumerable<string> names)
    {
        Families set = Families.None;
        if (NotNull(names).SequenceEqual([NoneName]))
        {
            return set;
        }
        foreach (string name in names)
        {
            Families found = name == "default" ? Families.Default : Single.FirstOrDefault(family => Name(family) == name);
            if (found == Families.None)
            {
                throw new FastSegException($"\"{name}\" is no feature family; the families are {string.Join(", ", All)}.");
            }
            set |= found;
        }
        return set;
    }

    private static string Name(Families family) => family.ToString().ToLowerInvariant();
}
