using System.Globalization;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace FastSeg.Tests.Gpu.Ptx;

/// <summary>
/// Each instruction that a kernel uses, on numbers for which it is known what comes out. A case is the instruction without its registers,
/// its operands and its result, as 32 bits or, where the type says so, as 64.
/// </summary>
[TestFixture]
[NonParallelizable]
internal sealed partial class PtxInstructionTests
{
    private const string One = "3F800000", MinusOne = "BF800000", NaN = "7FC00000", Most = "7FFFFFFF", All = "FFFFFFFF";

    /// <summary>In hexadecimal: 3F800000 is 1, BF800000 -1, 7FC00000 NaN, 7F800000 infinite, 80000000 -0 or the least one.</summary>
    private const string Numbers = """
        add.s32 7FFFFFFF 1 = 80000000; add.u32 FFFFFFFF 2 = 1; add.s64 FFFFFFFF 1 = 100000000; add.u64 FFFFFFFFFFFFFFFF 2 = 1;
        add.f32 3F800000 3F800000 = 40000000; add.rn.f32 7F800000 3F800000 = 7F800000; add.f32 4B800000 3F800000 = 4B800000;
        sub.s32 80000000 1 = 7FFFFFFF; sub.u32 0 1 = FFFFFFFF; sub.s64 0 1 = FFFFFFFFFFFFFFFF; sub.u64 5 7 = FFFFFFFFFFFFFFFE;
        sub.f32 3F800000 3F800000 = 00000000; sub.f32 80000000 00000000 = 80000000; mul.lo.s32 10001 10001 = 20001;
        mul.lo.u32 FFFFFFFF FFFFFFFF = 1; mul.lo.s64 100000001 3 = 300000003; mul.lo.u64 FFFFFFFFFFFFFFFF FFFFFFFFFFFFFFFF = 1;
        mul.f32 3F000000 40000000 = 3F800000; mul.rn.f32 00000000 BF800000 = 80000000;
        mul.wide.s32 FFFFFFFF 4 = FFFFFFFFFFFFFFFC; mul.wide.u32 FFFFFFFF 4 = 3FFFFFFFC; mul.hi.s32 FFFFFFFF 2 = FFFFFFFF;
        mul.hi.u32 FFFFFFFF 2 = 1; mad.lo.s32 3 FFFFFFFF 5 = 2; mad.lo.u32 3 4 5 = 11;
        mad.lo.u64 100000000 3 5 = 300000005; cvt.s32.u8 1FF = FF; cvt.s32.u16 18000 = 8000; shr.s64 F000000000000000 4 = FF00000000000000;
        fma.rn.f32 40000000 3F000000 BF800000 = 00000000; fma.rn.f32 3F800001 3F7FFFFE BF800000 = A8800000;
        div.s32 FFFFFFFF 2 = 0; div.s32 FFFFFFF9 2 = FFFFFFFD; div.u32 FFFFFFFF 2 = 7FFFFFFF; rem.s32 FFFFFFF9 2 = FFFFFFFF;
        rem.u32 7 4 = 3; div.s64 100000000 2 = 80000000; rem.s64 100000001 2 = 1; div.rn.f32 3F800000 00000000 = 7F800000;
        div.rn.f32 3F800000 40400000 = 3EAAAAAB; rcp.rn.f32 40400000 = 3EAAAAAB; sqrt.rn.f32 40000000 = 3FB504F3;
        sqrt.rn.f32 80000000 = 80000000; neg.f32 00000000 = 80000000; neg.s32 1 = FFFFFFFF; abs.f32 BF800000 = 3F800000;
        abs.f32 80000000 = 00000000; abs.s32 FFFFFFFF = 1; abs.s32 80000000 = 80000000; min.f32 7FC00000 3F800000 = 3F800000;
        min.f32 3F800000 7FC00000 = 3F800000; min.f32 7FC00000 7FC00000 = 7FC00000; min.f32 00000000 80000000 = 80000000;
        min.f32 80000000 00000000 = 80000000; min.f32 3F800000 BF800000 = BF800000; max.f32 7FC00000 3F800000 = 3F800000;
        max.f32 3F800000 7FC00000 = 3F800000; max.f32 00000000 80000000 = 00000000; max.f32 80000000 00000000 = 00000000;
        max.f32 3F800000 BF800000 = 3F800000; min.s32 FFFFFFFF 1 = FFFFFFFF; max.s32 FFFFFFFF 1 = 1; min.u32 FFFFFFFF 1 = 1;
        max.u32 FFFFFFFF 1 = FFFFFFFF; min.s64 FFFFFFFFFFFFFFFF 1 = FFFFFFFFFFFFFFFF; max.s64 FFFFFFFFFFFFFFFF 1 = 1;
        and.b32 F0F0 FF00 = F000; or.b32 F0F0 FF00 = FFF0; xor.b32 F0F0 FF00 = FF0; not.b32 0 = FFFFFFFF;
        and.b64 F00000000 FFFFFFFFFF = F00000000; shl.b32 1 1F = 80000000; shl.b32 1 20 = 0; shl.b64 1 3F = 8000000000000000;
        shr.s32 80000000 4 = F8000000; shr.s32 80000000 28 = FFFFFFFF; shr.u32 80000000 1F = 1; shr.u32 80000000 20 = 0;
        cvt.rn.f32.s32 FFFFFFFF = BF800000; cvt.rn.f32.u32 FFFFFFFF = 4F800000; cvt.rn.f32.s32 1000001 = 4B800000;
        cvt.rn.f32.u16 1FFFF = 477FFF00; cvt.rn.f32.s16 1FFFF = BF800000; cvt.rn.f32.u8 1FF = 437F0000;
        cvt.rn.f32.s8 1FF = BF800000; cvt.rzi.s32.f32 BFFFFFFF = FFFFFFFF; cvt.rzi.s32.f32 7FC00000 = 0;
        cvt.rzi.s32.f32 4F800000 = 7FFFFFFF; cvt.rzi.s32.f32 CF800000 = 80000000; cvt.rzi.u32.f32 BF800000 = 0;
        cvt.rzi.u32.f32 4F800000 = FFFFFFFF; cvt.rzi.u16.f32 477FFF80 = FFFF;
        cvt.rzi.u16.f32 BF800000 = 0; cvt.rzi.u16.f32 47800000 = FFFF; cvt.rzi.u8.f32 43808000 = FF;
        cvt.s64.s32 FFFFFFFF = FFFFFFFFFFFFFFFF; cvt.u64.u32 FFFFFFFF = FFFFFFFF;
        cvt.u32.u64 123456789 = 23456789; cvt.s32.s64 1FFFFFFFF = FFFFFFFF; cvt.u32.s64 1FFFFFFFF = FFFFFFFF;
        cvt.s32.s8 1FF = FFFFFFFF; cvt.u32.u8 1FF = FF; cvt.s32.s16 18000 = FFFF8000; cvt.u32.u16 18000 = 8000;
        cvt.u16.u32 12345 = 2345; cvt.s16.s32 12345 = 2345; cvt.u8.u32 1FF = FF; cvt.u8.s32 1FF = FF; cvt.u16.s32 12345 = 2345;
        cvt.u32.s16 18000 = FFFF8000; cvt.u32.s8 1FF = FFFFFFFF; mov.b32 12345678 = 12345678; mov.u32 12345678 = 12345678;
        mov.f32 7FC00000 = 7FC00000; mov.b64 123456789 = 123456789; mov.u64 123456789 = 123456789; mov.s32 FFFFFFFF = FFFFFFFF;
        mov.b16 12345 = 2345; mov.u16 12345 = 2345; cvta.to.global.u64 123456789 = 123456789;
        cvta.shared.u64 123456789 = 123456789; cvta.global.u64 123456789 = 123456789; cvta.to.shared.u64 123456789 = 123456789;
        """;

    private static readonly (string Instruction, string Operands, string Result)[] Cases =
        [.. Numbers.Split([';', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Case)];

    /// <summary>Comparisons, each with the pairs for which it holds: less, equal, more, and one that is not a number.</summary>
    private const string Pairs = """
        setp.eq.s32 =; setp.ne.s32 <>; setp.lt.s32 <; setp.le.s32 <=; setp.gt.s32 >; setp.ge.s32 =>; setp.eq.u32 =;
        setp.ne.u32 <>; setp.lt.u32 <; setp.le.u32 <=; setp.gt.u32 >; setp.ge.u32 =>; setp.lo.u32 <; setp.ls.u32 <=;
        setp.hi.u32 >; setp.hs.u32 =>; setp.eq.b32 =; setp.ne.b32 <>; setp.eq.s64 =; setp.ne.s64 <>; setp.lt.s64 <;
        setp.le.s64 <=; setp.gt.s64 >; setp.ge.s64 =>; setp.eq.f32 =; setp.ne.f32 <>; setp.lt.f32 <; setp.le.f32 <=;
        setp.gt.f32 >; setp.ge.f32 =>; setp.equ.f32 =?; setp.neu.f32 <>?; setp.ltu.f32 <?; setp.leu.f32 <=?; setp.gtu.f32 >?;
        setp.geu.f32 =>?; setp.num.f32 <=>; setp.nan.f32 ?;
        """;

    private static readonly (string Instruction, string Holds)[] Comparisons =
        [.. Pairs.Split([';', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(pair => (pair.Split(' ')[0], pair.Split(' ')[1]))];

    /// <summary>What other tests prove: branches, barriers, loads, stores, predicates.</summary>
    private static readonly string[] Elsewhere = ["bra", "bra.uni", "ret", "bar.sync"];

    private static IEnumerable<TestCaseData> Numbered => Cases.Select(c => new TestCaseData(c.Instruction, c.Operands, c.Result));

    private static IEnumerable<TestCaseData> Compared => Comparisons.Select(c => new TestCaseData(c.Instruction, c.Holds));

    [TestCaseSource(nameof(Numbered))]
    public void Computes(string instruction, string operands, string result)
    {
        string[] given = operands.Split(' '), types = [.. instruction.Split('.').Where(part => Type().IsMatch(part))];
        PtxType to = PtxType.Parse(types[0]), from = PtxType.Parse(types[^1]);
        to = instruction.StartsWith("mul.wide", StringComparison.Ordinal) ? to with { Bits = 64 } : to;
        var lines = new List<string>();
        for (int i = 0; i < given.Length; i++)
        {
            bool shift = i == 1 && instruction.StartsWith("sh", StringComparison.Ordinal);
            lines.Add(Given(shift ? PtxType.Parse("u32") : from, i + 1, given[i]));
        }
        lines.Add($"{instruction} {Register(to, 0)}, {string.Join(", ", given.Select((_, i) =>
            Register(i == 1 && instruction.StartsWith("sh", StringComparison.Ordinal) ? PtxType.Parse("u32") : from, i + 1)))};");
        ulong expected = ulong.Parse(result, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        Assert.That(Result(lines, to), Is.EqualTo(expected), $"{expected:X}");
    }

    [TestCaseSource(nameof(Compared))]
    public void Compares(string instruction, string holds)
    {
        PtxType type = PtxType.Parse(instruction.Split('.')[^1]);
        string minus = type.IsLong ? All + All : All, low = type.IsFloat ? MinusOne : type.IsSigned ? minus : "1";
        string high = type.IsFloat ? One : Most;
        (char, string, string)[] pairs = [('<', low, high), ('=', high, high), ('>', high, low), ('?', NaN, high)];
        foreach ((char pair, string a, string b) in pairs.Where(pair => pair.Item1 != '?' || type.IsFloat))
        {
            string[] lines =
            [
                Given(type, 1, a), Given(type, 2, b), $"{instruction} %p1, {Register(type, 1)}, {Register(type, 2)};",
                "selp.b32 %r0, 7, 9, %p1;",
            ];
            int expected = holds.Contains(pair, StringComparison.Ordinal) ? 7 : 9;
            Assert.That(Result(lines, PtxType.Parse("u32")), Is.EqualTo(expected), $"{a} {b}");
        }
    }

    [Test]
    public void PredicatesAreCombined() => Assert.That(
        PtxText.Run(
            """
            setp.lt.s32 %p1, %r9, 2;
            setp.gt.s32 %p2, %r9, 0;
            and.pred %p3, %p1, %p2;
            or.pred %p4, %p1, %p2;
            xor.pred %p5, %p1, %p2;
            not.pred %p6, %p1;
            mov.pred %p7, %p6;
            selp.b32 %r1, 1, 0, %p3;
            selp.s32 %r2, 2, 0, %p4;
            selp.u32 %r3, 4, 0, %p5;
            @%p7 or.b32 %r1, %r1, 8;
            testp.notanumber.f32 %p8, 0f7FC00000;
            selp.f32 %f1, 0f00000010, 0f00000000, %p8;
            mov.b32 %r4, %f1;
            or.b32 %r1, %r1, %r2;
            or.b32 %r1, %r1, %r3;
            or.b32 %r1, %r1, %r4;
            st.global.u32 [%rd16], %r1;
            """, 3),
        Is.EqualTo((uint[])[16 + 4 + 2, 16 + 2 + 1, 16 + 8 + 4 + 2]));

    /// <summary>Bytes and halves are extended as their type says, and vectors come one after the other.</summary>
    [Test]
    public void LoadsAndStores()
    {
        uint[] given = [0x8081F2F3, 0x11223344, 0x55667788, 0x99AABBCC];
        string[] lines =
        [
            "ld.global.u8 %r1, [%rd10+3];", "ld.global.s8 %r2, [%rd10+3];", "ld.global.u16 %r3, [%rd10+2];",
            "ld.global.s16 %r4, [%rd10+2];",
            "ld.global.v4.b32 {%r5, %r6, %r7, %r8}, [%rd10];", "st.global.b32 [%rd11], %r1;", "st.global.s32 [%rd11+4], %r2;",
            "st.global.u32 [%rd11+8], %r3;", "st.global.u32 [%rd11+12], %r4;", "st.global.v2.b32 [%rd11+16], {%r7, %r8};",
            "ld.global.b64 %rd1, [%rd10+8];", "st.shared.b64 [%rd12], %rd1;", "ld.shared.u8 %r1, [%rd12+1];",
            "ld.shared.s8 %r2, [%rd12+1];",
            "st.shared.u8 [%rd12], %r5;", "ld.shared.v2.f32 {%f1, %f2}, [%rd12];", "st.global.u32 [%rd11+24], %r1;",
            "st.global.v2.f32 [%rd11+32], {%f1, %f2};", "st.global.u16 [%rd11+40], %r5;", "st.global.u8 [%rd11+43], %r6;",
        ];
        uint[] expected = [0x80, 0xFFFFFF80, 0x8081, 0xFFFF8081, 0x55667788, 0x99AABBCC, 0x77, 0, 0x556677F3, 0x99AABBCC, 0x4400F2F3, 0];
        string all = "setp.ne.u32 %p1, %r9, 0;\n@%p1 ret;\n" + string.Join('\n', lines);
        Assert.That(PtxText.Run(all, 12, given).Select(word => $"{word:X}"), Is.EqualTo(expected.Select(word => $"{word:X}")));
    }

    /// <summary>A loop with a barrier in it: what lives behind the barrier is what was there before.</summary>
    [Test]
    public void RegistersOutliveBarriers() => Assert.That(
        PtxText.Run(
            """
            mov.u32 %r1, 0;
            cvt.s64.s32 %rd1, %r9;
            cvt.rn.f32.s32 %f1, %r9;
            L_Again:
            bar.sync 0;
            add.s64 %rd1, %rd1, 1;
            add.f32 %f1, %f1, 0f3F800000;
            add.s32 %r1, %r1, 1;
            setp.lt.s32 %p1, %r1, 5;
            @%p1 bra L_Again;
            cvt.u32.u64 %r2, %rd1;
            cvt.rzi.s32.f32 %r3, %f1;
            mad.lo.s32 %r2, %r2, 100, %r3;
            st.global.u32 [%rd16], %r2;
            """, 3),
        Is.EqualTo((uint[])[505, 606, 707]));

    /// <summary>An instruction that a kernel comes to use needs a case here.</summary>
    [Test]
    public void EveryInstructionOfTheKernelsIsProven()
    {
        IEnumerable<string> used = PtxKernelTests.AllKernels().SelectMany(kernel => PtxTwin.CodeOf(kernel).Program.Instructions)
            .Select(instruction => instruction.Name).Distinct()
            .Where(name => !name.StartsWith("ld.", StringComparison.Ordinal) && !name.StartsWith("st.", StringComparison.Ordinal)
                && !name.StartsWith("selp.", StringComparison.Ordinal) && !name.EndsWith(".pred", StringComparison.Ordinal)
                && !name.StartsWith("testp.", StringComparison.Ordinal));
        IEnumerable<string> proven = Cases.Select(c => c.Instruction).Concat(Comparisons.Select(c => c.Instruction));
        Assert.That(used.Except(proven).Except(Elsewhere), Is.Empty);
    }

    private static (string Instruction, string Operands, string Result) Case(string line)
    {
        string[] sides = line.Split(" = ");
        int space = sides[0].IndexOf(' ', StringComparison.Ordinal);
        return (sides[0][..space], sides[0][(space + 1)..], sides[1]);
    }

    private static string Register(PtxType type, int number) =>
        $"{(type.IsFloat ? "%f" : type.IsLong ? "%rd" : type.Bits == 16 ? "%rs" : "%r")}{number}";

    /// <summary>Puts a constant into a register; it has more digits than a narrow type, which then must not see them.</summary>
    private static string Given(PtxType type, int number, string digits)
    {
        ulong value = ulong.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return type.IsFloat ? $"mov.f32 %f{number}, 0f{value:X8};"
            : type.IsLong ? $"mov.b64 %rd{number}, {(long)value};"
            : type.Bits == 16 ? $"mov.b32 %r{number}, {(int)value};\ncvt.u16.u32 %rs{number}, %r{number};"
            : $"mov.b32 %r{number}, {(int)value};";
    }

    private static ulong Result(IEnumerable<string> lines, PtxType type)
    {
        string[] store = type.IsLong ? ["st.global.b64 [%rd11], %rd0;"]
            : type.Bits == 16 ? ["cvt.u32.u16 %r0, %rs0;", "st.global.b32 [%rd11], %r0;"]
            : [type.IsFloat ? "st.global.f32 [%rd11], %f0;" : "st.global.b32 [%rd11], %r0;"];
        uint[] result = PtxText.Run("setp.ne.u32 %p9, %r9, 0;\n@%p9 ret;\n" + string.Join('\n', [.. lines, .. store]), 2);
        return type.IsLong ? ((ulong)result[1] << 32) | result[0] : result[0];
    }

    [GeneratedRegex("^[subf](?:8|16|32|64)$")]
    private static partial Regex Type();
}
