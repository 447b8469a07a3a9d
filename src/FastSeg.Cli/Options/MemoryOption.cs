using System.CommandLine;
using System.Globalization;

namespace FastSeg.Cli.Options;

/// <summary>--memory, --device-memory and sizes in bytes.</summary>
internal static class MemoryOption
{
    private static readonly (string Unit, double Bytes)[] Units =
    [
        ("KiB", 1024), ("MiB", 1024 * 1024), ("GiB", 1024 * 1024 * 1024), ("TiB", 1024.0 * 1024 * 1024 * 1024),
        ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("B", 1),
        ("K", 1024), ("M", 1024 * 1024), ("G", 1024 * 1024 * 1024), ("T", 1024.0 * 1024 * 1024 * 1024),
    ];

    /// <summary>--memory.</summary>
    public static Option<long> Create() =>
        Create(
            "--memory",
            "Most memory the process may use, such as 4GiB, 512m, 1.5GB or plain bytes; G is GiB, 1024-based, and GB 1000-based. " +
                "[default: what its container may use]");

    /// <summary>An option whose value is a size in bytes; 0 where it is left out.</summary>
    public static Option<long> Create(string name, string description, bool recursive = false) => new(name)
    {
        HelpName = "SIZE",
        Description = description,
        Recursive = recursive,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (Parse(text) is { } bytes)
            {
                return bytes;
            }
            result.AddError($"{name} {text} is no size; give bytes or a number with a unit, such as 4GiB, 2G, 512m or 1.5GB.");
            return 0;
        },
    };

    /// <summary>Bytes of "4GiB", "2g", "1.5 GB", "1000"; null where the text is no size above 0.</summary>
    public static long? Parse(string text)
    {
        double scale = 1;
        foreach ((string unit, double bytes) in Units)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
            {
                text = text[..^unit.Length];
                scale = bytes;
                break;
            }
        }
        bool number = double.TryParse(
            text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out double value);
        double size = value * scale;
        return number && size is >= 1 and < 9e18 ? (long)size : null;
    }
}
