using System.Text.RegularExpressions;

namespace FastSeg.Tests.Gpu.Ptx;

/// <summary>An instruction.</summary>
/// <param name="Line">Its line in the text, from 1.</param>
/// <param name="Guard">The predicate that decides whether it is executed; null where it always is.</param>
/// <param name="Unless">Whether it is executed where the guard is false.</param>
/// <param name="Name">Such as <c>add.s32</c>.</param>
/// <param name="Operands">Registers, constants, labels; <c>[%rd1+4]</c> and <c>{%f1, %f2}</c> count as one each.</param>
internal sealed partial record PtxInstruction(int Line, string? Guard, bool Unless, string Name, IReadOnlyList<string> Operands)
{
    public bool IsBarrier => Name is "bar.sync" or "barrier.sync";

    public bool IsBranch => Name is "bra" or "bra.uni";

    public bool IsReturn => Name is "ret" or "exit";

    /// <summary>Whether what follows is a block of its own.</summary>
    public bool EndsBlock => IsBarrier || IsBranch || IsReturn;

    /// <summary>Registers that are written.</summary>
    public IEnumerable<string> Written => WritesNothing ? [] : Registers(Operands[0]);

    /// <summary>Registers that are read, the guard too.</summary>
    public IEnumerable<string> Read => Operands.Skip(WritesNothing ? 0 : 1).SelectMany(Registers).Concat(Guard is null ? [] : [Guard]);

    private bool WritesNothing => EndsBlock || Name.StartsWith("st.", StringComparison.Ordinal);

    /// <summary>The instruction of a line.</summary>
    public static PtxInstruction Parse(int line, string text)
    {
        Match match = Statement().Match(text);
        if (!match.Success)
        {
            throw new PtxException($"Line {line} is no instruction: {text}");
        }
        string? guard = match.Groups["guard"].Success ? match.Groups["guard"].Value : null;
        string operands = match.Groups["operands"].Value.Trim();
        string[] split = operands.Length == 0 ? [] : [.. Comma().Split(operands).Select(operand => operand.Trim())];
        return new PtxInstruction(line, guard, match.Groups["unless"].Length > 0, match.Groups["name"].Value, split);
    }

    /// <summary>The registers among an operand's parts; special ones such as <c>%tid.x</c> are none.</summary>
    public static IEnumerable<string> Registers(string operand) => Register().Matches(operand).Select(match => match.Value);

    [GeneratedRegex(@"^(?:@(?<unless>!?)(?<guard>%\w+)\s+)?(?<name>[a-z][\w.]*)(?:\s+(?<operands>[^;]*))?;$")]
    private static partial Regex Statement();

    [GeneratedRegex(@",(?![^{]*\})")]
    private static partial Regex Comma();

    [GeneratedRegex(@"%(?!tid\.|ntid\.|ctaid\.|nctaid\.)\w+")]
    private static partial Regex Register();
}
