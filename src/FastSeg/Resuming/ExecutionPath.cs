using System.Runtime.Intrinsics.X86;
using Microsoft.ML.OnnxRuntime;

namespace FastSeg.Resuming;

/// <summary>
/// How ONNX Runtime computes a backbone's tokens here. Other instructions, or another device, add in another order: such tokens are near
/// these, and not the same bits.
/// </summary>
internal static class ExecutionPath
{
    /// <summary>The path in words.</summary>
    public static string Of(Backbone backbone)
    {
        string provider = backbone.Device is { } device ? $"CUDA device {device}" : $"CPU with {Instructions()}";
        return $"{provider}, ONNX Runtime {OrtEnv.Instance().GetVersionString()}, {backbone.Threads} threads a window";
    }

    /// <summary>The instructions by which ONNX Runtime chooses its loops.</summary>
    private static string Instructions()
    {
        if (!X86Base.IsSupported)
        {
            return "no x86 instructions";
        }
        (int _, int ebx, int ecx, int edx) = X86Base.CpuId(7, 0);
        (int eax1, _, _, _) = X86Base.CpuId(7, 1);
        (string Name, bool There)[] all =
        [
            ("AVX2", Avx2.IsSupported), ("FMA", Fma.IsSupported), ("AVX-VNNI", Bit(eax1, 4)), ("AVX-512F", Avx512F.IsSupported),
            ("AVX-512BW", Avx512BW.IsSupported), ("AVX-512VNNI", Avx512F.IsSupported && Bit(ecx, 11)), ("AMX", Bit(edx, 24)),
        ];
        string names = string.Join(" ", all.Where(one => one.There).Select(one => one.Name));
        return ebx == 0 || names.Length == 0 ? "SSE2" : names;
    }

    private static bool Bit(int register, int number) => ((register >> number) & 1) != 0;
}
