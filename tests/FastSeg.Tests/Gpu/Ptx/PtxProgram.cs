using System.Globalization;
using System.Text.RegularExpressions;

namespace FastSeg.Tests.Gpu.Ptx;

/// <summary>An array that a kernel is given or that it keeps in shared memory.</summary>
/// <param name="Offset">Where it begins, in bytes from the first one.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Alignment">What its address is a multiple of.</param>
internal readonly record struct PtxArray(int Offset, int Bytes, int Alignment);

/// <summary>The text of one kernel: what it declares, and its instructions.</summary>
internal sealed partial class PtxProgram
{
    private PtxProgram(string name) => Name = name;

    public string Name { get; }

    /// <summary>Parameters in their order, by name.</summary>
    public List<KeyValuePair<string, PtxArray>> Parameters { get; } = [];

    /// <summary>Arrays in shared memory, by name.</summary>
    public Dictionary<string, PtxArray> Shared { get; } = [];

    /// <summary>Types of registers, by the letters in front of their numbers, such as <c>%rd</c>.</summary>
    public Dictionary<string, PtxType> Registers { get; } = [];

    public List<PtxInstruction> Instructions { get; } = [];

    /// <summary>For each label the instruction behind it.</summary>
    public Dictionary<string, int> Labels { get; } = [];

    public int ParameterBytes { get; private set; }

    public int SharedBytes { get; private set; }

    /// <summary>Reads the kernel of a text, which has one.</summary>
    public static PtxProgram Parse(string ptx)
    {
        string text = ptx.ReplaceLineEndings("\n");
        Match entry = Entry().Match(text);
        if (!entry.Success)
        {
            throw new PtxException("The text has no kernel.");
        }
        var program = new PtxProgram(entry.Groups["name"].Value);
        foreach (Match parameter in Parameter().Matches(entry.Groups["parameters"].Value))
        {
            program.AddParameter(parameter);
        }
        string[] lines = text.Split('\n');
        for (int i = text[..(entry.Index + entry.Length)].Count(c => c == '\n') + 1; lines[i].Trim() != "}"; i++)
        {
            string line = lines[i].Split("//")[0].Trim();
            if (line.Length > 0)
            {
                program.AddLine(i + 1, line);
            }
        }
        return program;
    }

    /// <summary>The type of a register.</summary>
    public PtxType TypeOf(string register) => Registers.TryGetValue(register.TrimEnd([.. "0123456789"]), out PtxType type)
        ? type
        : throw new PtxException($"{Name} does not declare the register {register}.");

    private void AddParameter(Match parameter)
    {
        int bytes = PtxType.Parse(parameter.Groups["type"].Value).Bytes;
        int alignment = parameter.Groups["align"].Success ? Number(parameter.Groups["align"]) : bytes;
        int offset = Aligned(ParameterBytes, alignment);
        int length = bytes * (parameter.Groups["count"].Success ? Number(parameter.Groups["count"]) : 1);
        Parameters.Add(new(parameter.Groups["name"].Value, new PtxArray(offset, length, alignment)));
        ParameterBytes = offset + length;
    }

    private void AddLine(int line, string text)
    {
        Match match = Label().Match(text);
        if (match.Success)
        {
            Labels.Add(match.Groups["name"].Value, Instructions.Count);
        }
        else if ((match = Declaration().Match(text)).Success)
        {
            Registers.Add(match.Groups["name"].Value, PtxType.Parse(match.Groups["type"].Value));
        }
        else if ((match = SharedArray().Match(text)).Success)
        {
            int alignment = Number(match.Groups["align"]), offset = Aligned(SharedBytes, Math.Max(alignment, 16));
            int bytes = Number(match.Groups["count"]) * PtxType.Parse(match.Groups["type"].Value).Bytes;
            Shared.Add(match.Groups["name"].Value, new PtxArray(offset, bytes, alignment));
            SharedBytes = offset + bytes;
        }
        else
        {
            Instructions.Add(PtxInstruction.Parse(line, text));
        }
    }

    private static int Aligned(int offset, int alignment) => (offset + alignment - 1) / alignment * alignment;

    private static int Number(Group digits) => int.Parse(digits.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\.visible\s+\.entry\s+(?<name>\w+)\s*\((?<parameters>[^)]*)\)\s*\{")]
    private static partial Regex Entry();

    [GeneratedRegex(@"\.param\s+(?:\.align\s+(?<align>\d+)\s+)?\.(?<type>\w+)\s+(?<name>\w+)(?:\[(?<count>\d+)\])?")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"^(?<name>[\w$]+):$")]
    private static partial Regex Label();

    [GeneratedRegex(@"^\.reg\s+\.(?<type>\w+)\s+(?<name>%\w+?)<\d+>;$")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^\.shared\s+\.align\s+(?<align>\d+)\s+\.(?<type>\w+)\s+(?<name>\w+)\[(?<count>\d+)\];$")]
    private static partial Regex SharedArray();
}
