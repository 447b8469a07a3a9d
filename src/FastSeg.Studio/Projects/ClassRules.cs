using System.Collections.Immutable;

namespace FastSeg.Studio.Projects;

/// <summary>What operations do to the list of classes, and what they may.</summary>
internal static class ClassRules
{
    /// <summary>Longest name.</summary>
    public const int LongestName = 100;

    /// <summary>The classes after an operation.</summary>
    public static ImmutableArray<ProjectClass> After(ImmutableArray<ProjectClass> classes, Operation operation) => operation switch
    {
        Operation.ClassAdd add => classes.Add(add.Class),
        Operation.Import import => classes.AddRange(import.Classes),
        Operation.ClassChange change =>
            [.. classes.Select(old => old.Value != change.Value ? old : Changed(old, change))],
        Operation.ClassOrder order => [.. order.Values.Select(value => classes.First(old => old.Value == value))],
        Operation.ClassDelete delete => classes.RemoveAll(old => old.Value == delete.Value),
        _ => classes,
    };

    /// <summary>The values that an operation brings into use.</summary>
    public static IEnumerable<ProjectClass> Brought(Operation operation) => operation switch
    {
        Operation.ClassAdd add => [add.Class],
        Operation.Import import => import.Classes,
        _ => [],
    };

    /// <summary>Refuses an operation that the classes do not allow.</summary>
    /// <param name="classes">The present classes.</param>
    /// <param name="next">The least value that was never given; 256 where all were.</param>
    /// <param name="operation">The operation.</param>
    /// <exception cref="FastSegException">It is not allowed.</exception>
    public static void Check(ImmutableArray<ProjectClass> classes, int next, Operation operation)
    {
        switch (operation)
        {
            case Operation.Stroke { Class: var value }:
                CheckDrawn(classes, value);
                break;
            case Operation.Polygon { Class: var value }:
                CheckDrawn(classes, value);
                break;
            case Operation.Fill { Class: var value }:
                CheckDrawn(classes, value);
                break;
            case Operation.ClassChange change:
                CheckExists(classes, change.Value);
                CheckLooks(classes, Changed(classes.First(old => old.Value == change.Value), change));
                break;
            case Operation.ClassDelete delete:
                CheckExists(classes, delete.Value);
                break;
            case Operation.ClassOrder order when !order.Values.Order().SequenceEqual(classes.Select(old => (int)old.Value).Order()):
                throw new FastSegException(
                    $"The order {string.Join(',', order.Values)} does not name every class once; " +
                        $"the classes are {string.Join(',', classes.Select(old => old.Value))}.");
            default:
                CheckBrought(classes, next, operation);
                break;
        }
    }

    private static void CheckBrought(ImmutableArray<ProjectClass> classes, int next, Operation operation)
    {
        foreach (ProjectClass? added in Brought(operation))
        {
            if (added is null)
            {
                throw new FastSegException("A class of the list is null; each needs a value, a name and a colour.");
            }
            if (added.Value < next)
            {
                string right = next > byte.MaxValue ? "all 255 are used up, so start another project" : $"the next one is {next}";
                throw new FastSegException($"Class value {added.Value} was given before, and values are never given again; {right}.");
            }
            CheckLooks(classes, added);
            classes = classes.Add(added);
            next = added.Value + 1;
        }
    }

    private static ProjectClass Changed(ProjectClass old, Operation.ClassChange change) =>
        old with { Name = change.Name ?? old.Name, Colour = change.Colour ?? old.Colour };

    private static void CheckDrawn(ImmutableArray<ProjectClass> classes, byte value)
    {
        if (value != 0)
        {
            CheckExists(classes, value);
        }
    }

    private static void CheckExists(ImmutableArray<ProjectClass> classes, byte value)
    {
        if (!classes.Any(old => old.Value == value))
        {
            throw new FastSegException(
                $"The project has no class {value}; it has {string.Join(',', classes.Select(old => old.Value))}, and 0 erases.");
        }
    }

    private static void CheckLooks(ImmutableArray<ProjectClass> classes, ProjectClass looks)
    {
        string name = looks.Name;
        if (name.Length is 0 or > LongestName || name != name.Trim() || name.Contains(',') || name.Any(char.IsControl))
        {
            throw new FastSegException(
                $"\"{name}\" is no name for a class: it needs 1 to {LongestName} characters, no comma and no blanks at its ends.");
        }
        if (classes.Any(old => old.Value != looks.Value && old.Name == name))
        {
            throw new FastSegException($"Two classes would be called \"{name}\"; give each a name of its own.");
        }
        if (looks.Colour.Length != 7 || looks.Colour[0] != '#' || !looks.Colour.AsSpan(1).ContainsOnlyHexDigits())
        {
            throw new FastSegException($"\"{looks.Colour}\" is no colour; colours are written as #rrggbb.");
        }
    }

    private static bool ContainsOnlyHexDigits(this ReadOnlySpan<char> text) => !text.ContainsAnyExcept("0123456789abcdefABCDEF");
}
