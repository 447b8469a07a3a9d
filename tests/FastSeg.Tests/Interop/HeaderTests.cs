using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using FastSeg.Interop;
using FastSeg.Interop.Calls;
using FastSeg.Interop.Structs;
using NUnit.Framework;

namespace FastSeg.Tests.Interop;

/// <summary>Header, shim and managed side agree: functions, their order and types, structs, numbers.</summary>
[TestFixture]
internal sealed partial class HeaderTests
{
    /// <summary>The functions that the shim answers itself.</summary>
    private static readonly string[] OfTheShim = ["fs_last_error", "fs_status_name", "fs_abi_version", "fs_set_log"];

    /// <summary>The managed enums whose members have a number in the header, and what stands in front of their names there.</summary>
    private static readonly (Type Type, string Prefix)[] Enums =
    [
        (typeof(Status), "FS_"), (typeof(DType), "FS_"), (typeof(LogLevel), "FS_LOG_"), (typeof(SmoothingWord), "FS_SMOOTHING_"),
        (typeof(BackendKind), "FS_BACKEND_"), (typeof(Standardisation), "FS_STANDARDISE_"),
        (typeof(SessionGoal), "FS_GOAL_"),
    ];

    private static IReadOnlyList<NativeFunction> Listed { get; } =
        NativeFunction.Parse(File.ReadAllText(Path.Combine(CLibrary.Sources, "shim", "functions.def")));

    private static IEnumerable<string> Declared =>
        from Match match in DeclarationPattern().Matches(CLibrary.Header) select match.Groups[1].Value;

    [Test]
    public void TheListHasEveryFunctionOfTheHeader() =>
        Assert.That(Declared, Is.EquivalentTo(Listed.Select(function => function.Name).Concat(OfTheShim)));

    [Test]
    public void TheLibraryExportsTheseAndNoOthers()
    {
        CLibrary.Need("nm");
        string symbols = CLibrary.Run("nm", "-D", "--defined-only", Path.Combine(CLibrary.Folder, "lib", "libfastseg.so"));
        IEnumerable<string> exported = symbols.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[^1]);
        Assert.That(exported, Is.EquivalentTo(Declared));
    }

    [Test]
    public void TheManagedTableHasTheOrderAndTypesOfTheList()
    {
        FieldInfo[] fields = typeof(NativeTable).GetFields(BindingFlags.Instance | BindingFlags.Public);
        Assert.That(fields.Select(field => field.Name), Is.EqualTo(Listed.Select(function => function.ManagedName)));
        foreach ((FieldInfo field, NativeFunction function) in fields.Zip(Listed))
        {
            Type[] managed = field.FieldType.GetFunctionPointerParameterTypes();
            Assert.That(managed.Select(NativeFunction.NameOf), Is.EqualTo(function.ManagedTypes), function.Name);
            Assert.That(field.FieldType.GetFunctionPointerReturnType(), Is.EqualTo(typeof(int)), function.Name);
        }
    }

    [Test]
    public void TheVersionsAgree()
    {
        Assert.That($"{Entry.AbiVersion >> 16}", Is.EqualTo(Defined("FS_ABI_MAJOR")));
        Assert.That($"{Entry.AbiVersion & 0xFFFF}", Is.EqualTo(Defined("FS_ABI_MINOR")));
    }

    /// <summary>
    /// The compiler compares sizes, offsets and numbers: an array of a negative size is an error. Each struct of the header must have its
    /// twin.
    /// </summary>
    [Test]
    public void StructsAndNumbersAreTheHeaders()
    {
        CLibrary.Need("gcc");
        var source = new StringBuilder("#include <stddef.h>\n#include \"fastseg.h\"\n");
        int count = 0;
        void Check(string condition) => source.AppendLine($"typedef char check_{++count}[({condition}) ? 1 : -1];");
        foreach (Type type in Structs())
        {
            string name = NativeFunction.NativeName(type);
            Check($"sizeof({name}) == {Marshal.SizeOf(type)}");
            foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public))
            {
                Check($"offsetof({name}, {NativeFunction.Snake(field.Name)}) == {Marshal.OffsetOf(type, field.Name)}");
            }
        }
        foreach ((Type type, string prefix) in Enums)
        {
            foreach (string member in Enum.GetNames(type))
            {
                string name = type == typeof(DType) || type == typeof(BackendKind) ? member.ToUpperInvariant()
                    : NativeFunction.Snake(member).ToUpperInvariant();
                Check($"{prefix}{name} == {(int)Enum.Parse(type, member)}");
            }
        }
        foreach (Families family in Enum.GetValues<Families>().Where(family => int.PopCount((int)family) == 1))
        {
            Check($"FS_FAMILY_{family.ToString().ToUpperInvariant()} == {(int)family}");
        }
        using var folder = new TemporaryFolder();
        string file = folder.File("checks.c");
        File.WriteAllText(file, source.ToString());
        CLibrary.Run("gcc", "-std=c99", "-Werror", "-fsyntax-only", "-I", Path.Combine(CLibrary.Sources, "include"), file);
        IEnumerable<string> declared = from Match match in StructPattern().Matches(CLibrary.Header) select match.Groups[1].Value;
        Assert.That(declared, Is.EquivalentTo(Structs().Select(NativeFunction.NativeName)));
        Assert.That(count, Is.GreaterThan(150));
    }

    private static IEnumerable<Type> Structs() => typeof(NativeTable).Assembly.GetTypes()
        .Where(type => type.IsValueType && !type.IsEnum && type.Namespace == typeof(NativeArray).Namespace && !type.IsNested);

    private static string Defined(string name) => Regex.Match(CLibrary.Header, $@"#define {name} (\d+)").Groups[1].Value;

    [GeneratedRegex(@"^FS_API .*?\b(fs_\w+)\(", RegexOptions.Multiline)]
    private static partial Regex DeclarationPattern();

    [GeneratedRegex(@"^typedef struct (fs_\w+) \{", RegexOptions.Multiline)]
    private static partial Regex StructPattern();
}
