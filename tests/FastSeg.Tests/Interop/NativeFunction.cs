using System.Text.RegularExpressions;

namespace FastSeg.Tests.Interop;

/// <summary>A function of shim/functions.def.</summary>
/// <param name="Name">Its name in C.</param>
/// <param name="Types">Its parameters' types in C, without const.</param>
internal sealed partial record NativeFunction(string Name, IReadOnlyList<string> Types)
{
    private static readonly Dictionary<string, string> Simple = new()
    {
        ["char *"] = "Byte*",
        ["size_t"] = "UIntPtr",
        ["size_t *"] = "UIntPtr*",
        ["int32_t"] = "Int32",
        ["int32_t *"] = "Int32*",
        ["int64_t *"] = "Int64*",
        ["void *"] = "Void*",
        ["fs_model *"] = "IntPtr",
        ["fs_session *"] = "IntPtr",
        ["fs_model **"] = "IntPtr*",
        ["fs_session **"] = "IntPtr*",
        ["fs_progress"] = "(Double, Void*) Int32",
    };

    /// <summary>Its name in the managed table: fs_model_load is ModelLoad.</summary>
    public string ManagedName => string.Concat(Name.Split('_').Skip(1).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    /// <summary>Its parameters' types there.</summary>
    public IEnumerable<string> ManagedTypes => Types.Select(type => Simple.TryGetValue(type, out string? simple)
        ? simple
        : $"Native{string.Concat(type.TrimEnd(' ', '*').Split('_').Skip(1).Select(word => char.ToUpperInvariant(word[0]) + word[1..]))}*");

    /// <summary>The functions of the list, in its order.</summary>
    public static IReadOnlyList<NativeFunction> Parse(string list) =>
    [
        .. from Match match in EntryPattern().Matches(list)
           let parameters = match.Groups["release"].Success ? $"{match.Groups["release"].Value} *handle" : match.Groups["parameters"].Value
           select new NativeFunction(match.Groups["name"].Value, [.. parameters.Split(',').Select(TypeOf)]),
    ];

    /// <summary>A managed type in the words of <see cref="ManagedTypes"/>.</summary>
    public static string NameOf(Type type) => type.IsFunctionPointer
        ? $"({string.Join(", ", type.GetFunctionPointerParameterTypes().Select(NameOf))}) {NameOf(type.GetFunctionPointerReturnType())}"
        : type.Name;

    /// <summary>The name in C of a struct's twin.</summary>
    public static string NativeName(Type type) => $"fs_{Snake(type.Name["Native".Length..])}";

    /// <summary>A name with underscores in front of what were capitals.</summary>
    public static string Snake(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? $"{(i > 0 ? "_" : "")}{char.ToLowerInvariant(c)}" : $"{c}"));

    /// <summary>The type of a parameter: what is left without its name and const.</summary>
    private static string TypeOf(string parameter)
    {
        string type = ParameterPattern().Match(parameter).Groups[1].Value.Trim();
        return string.Join(' ', type.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
    }

    [GeneratedRegex(@"FS_(?:FUNCTION\(\s*(?<name>fs_\w+),\s*\((?<parameters>[^)]*)\)|RELEASE\((?<name>fs_\w+), (?<release>\w+)\))")]
    private static partial Regex EntryPattern();

    [GeneratedRegex(@"^\s*(?:const\s+)?(.*?[\s*])\w+\s*$", RegexOptions.Singleline)]
    private static partial Regex ParameterPattern();
}
