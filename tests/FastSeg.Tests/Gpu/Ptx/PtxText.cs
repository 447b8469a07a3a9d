using System.Runtime.InteropServices;

namespace FastSeg.Tests.Gpu.Ptx;

/// <summary>Small kernels for tests of the machine: one buffer of 32-bit values comes in, one goes out.</summary>
internal static class PtxText
{
    /// <summary>A kernel of these lines, with a buffer of 32 words in shared memory.</summary>
    public static string Kernel(string lines) => $$"""
        .version 8.0
        .target sm_80
        .address_size 64

        .visible .entry Small(
            .param .b64 from,
            .param .b64 to
        )
        {
            .reg .pred %p<10>;
            .reg .b16 %rs<10>;
            .reg .b32 %r<10>;
            .reg .b64 %rd<20>;
            .reg .f32 %f<10>;
            .shared .align 4 .b32 words[32];
            ld.param.b64 %rd10, [from];
            ld.param.b64 %rd11, [to];
            mov.u64 %rd12, words;
            mov.u32 %r9, %tid.x;
            mul.wide.u32 %rd13, %r9, 4;
            add.u64 %rd14, %rd12, %rd13;
            add.u64 %rd15, %rd10, %rd13;
            add.u64 %rd16, %rd11, %rd13;
            {{string.Join("\n    ", lines.Split('\n', StringSplitOptions.TrimEntries))}}
            ret;
        }
        """;

    /// <summary>Runs a kernel in one group and returns what it put into the second buffer, of as many words as there are threads.</summary>
    public static unsafe uint[] Run(string lines, int threads, params uint[] from)
    {
        var code = new PtxCode(Kernel(lines));
        uint[] to = new uint[threads];
        var memory = new PtxMemory();
        fixed (uint* first = from, second = to)
        {
            long[] parameters =
            [
                memory.Add("from", (nint)first, from.Length * sizeof(uint), 0), memory.Add("to", (nint)second, threads * sizeof(uint), 0),
            ];
            code.Launch(MemoryMarshal.AsBytes(parameters.AsSpan()).ToArray(), memory, new PtxSize(1), new PtxSize(threads));
        }
        return to;
    }
}
