using NUnit.Framework;

namespace FastSeg.Tests.Gpu.Ptx;

/// <summary>Kernels that are broken: the machine refuses them and says where.</summary>
[TestFixture]
internal sealed class PtxRefusalTests
{
    private const int Threads = 8;

    /// <summary>Every thread hands its word to its neighbour.</summary>
    private static readonly string[] Exchange =
    [
        "ld.global.u32 %r1, [%rd15];", "st.shared.u32 [%rd14], %r1;", "bar.sync 0;", "xor.b32 %r2, %r9, 1;",
        "mul.wide.u32 %rd1, %r2, 4;", "add.u64 %rd1, %rd12, %rd1;", "ld.shared.u32 %r3, [%rd1];", "st.global.u32 [%rd16], %r3;",
    ];

    private static readonly uint[] Given = [.. Enumerable.Range(0, Threads).Select(i => (uint)(i * 11))];

    [Test]
    public void ASoundKernelRuns() => Assert.That(Run(Exchange), Is.EqualTo((uint[])[11, 0, 33, 22, 55, 44, 77, 66]));

    [TestCase("[%rd15]", "[%rd15+4]", "thread 7 0 0: 4 bytes at 32 of from, which has 32 bytes")]
    [TestCase("[%rd15]", "[%rd15+-4]", "thread 0 0 0: 4 bytes at -4 of from")]
    [TestCase("st.global.u32 [%rd16]", "st.global.u32 [%rd16+4]", "4 bytes at 32 of to")]
    [TestCase("[%rd15]", "[%rd15+2]", "4 bytes at 2 of from, which is no multiple of 4")]
    [TestCase("ld.shared.u32 %r3, [%rd1]", "ld.shared.u32 %r3, [%rd1+128]", "bytes at 132 of words in shared memory, which has 128")]
    [TestCase("ld.shared.u32 %r3, [%rd1]", "ld.shared.u32 %r3, [%rd1+1]", "in shared memory, which is no multiple of 4")]
    public void AnAccessOutsideOfItsBuffer(string sound, string broken, string message) => Refuses(sound, broken, message);

    /// <summary>The first buffer ends where the second begins in memory; the machine tells them apart all the same.</summary>
    [Test]
    public unsafe void AnAccessOfTheBufferBehind()
    {
        uint[] both = new uint[2 * Threads];
        var memory = new PtxMemory();
        fixed (uint* first = both)
        {
            long from = memory.Add("from", (nint)first, Threads * 4, 0);
            memory.Add("to", (nint)(first + Threads), Threads * 4, 0);
            Assert.That(memory.At(from + 28, 4), Is.EqualTo((nint)(first + 7)));
            Assert.That(() => memory.At(from + 32, 4), Throws.TypeOf<PtxException>());
        }
    }

    /// <summary>An index below 0 that is widened without its sign is 2^32 words too far.</summary>
    [Test]
    public void AnIndexThatWraps()
    {
        string[] lines = [.. Exchange, "sub.s32 %r4, %r9, 1;", "mul.wide.u32 %rd2, %r4, 4;", "add.u64 %rd2, %rd15, %rd2;",
            "ld.global.u32 %r5, [%rd2];"];
        Assert.That(() => Run(lines), Throws.TypeOf<PtxException>().With.Message.Contains("4 bytes at 17179869180 of from"));
    }

    [Test]
    public void ABarrierLeftOut() => Refuses("bar.sync 0;", "mov.u32 %r6, %r9;", "a race: a thread");

    [Test]
    public void AThreadThatSkipsABarrier()
    {
        Refuses("bar.sync 0;", "setp.eq.s32 %p1, %r9, 3;\n@!%p1 bar.sync 0;\n@%p1 ret;", "thread 0 waits at barrier 1, thread 3 has ended");
        Refuses("bar.sync 0;", "setp.eq.s32 %p1, %r9, 3;\n@%p1 ret;\nbar.sync 0;", "thread 0 waits at barrier 1, thread 3 has ended");
    }

    [Test]
    public void ThreadsAtTwoBarriers() => Refuses(
        "bar.sync 0;",
        "setp.eq.s32 %p1, %r9, 3;\n@%p1 bra L_A;\nbar.sync 0;\nbra L_B;\nL_A:\nbar.sync 0;\nL_B:\nmov.u32 %r6, %r9;",
        "thread 0 waits at barrier 1, thread 3 waits at barrier 2");

    [Test]
    public void TwoThreadsThatWriteOneByte() =>
        Refuses("st.shared.u32 [%rd14], %r1;", "st.shared.u32 [%rd12], %r1;", "a race: a thread writes");

    [Test]
    public void AByteThatIsWrittenAfterAnotherHasReadIt() => Refuses(
        "ld.shared.u32 %r3, [%rd1];", "ld.shared.u32 %r3, [%rd1];\nst.shared.u32 [%rd14], %r3;", "a race: a thread reads");

    [TestCase("xor.b32 %r2, %r9, 1;", "xor.b31 %r2, %r9, 1;", "the machine does not know the instruction xor.b31")]
    [TestCase("xor.b32 %r2, %r9, 1;", "add.sat.s32 %r2, %r9, 1;", "the machine does not know the instruction add.sat.s32")]
    [TestCase("xor.b32 %r2, %r9, 1;", "xor.b32 %rd2, %r9, 1;", "%rd2 has another type")]
    [TestCase("xor.b32 %r2, %r9, 1;", "xor.b32 %r2, %q9, 1;", "does not declare the register %q9")]
    [TestCase("bar.sync 0;", "bar.sync 1;", "barrier 0 of all threads alone")]
    [TestCase("bar.sync 0;", "bra L_C;", "has no label L_C")]
    public void WhatItDoesNotKnow(string sound, string broken, string message) => Refuses(sound, broken, message);

    private static void Refuses(string sound, string broken, string message)
    {
        string text = string.Join('\n', Exchange);
        Assert.That(text, Does.Contain(sound));
        Assert.That(
            () => PtxText.Run(text.Replace(sound, broken, StringComparison.Ordinal), Threads, Given),
            Throws.TypeOf<PtxException>().With.Message.Contains(message));
    }

    private static uint[] Run(string[] lines) => PtxText.Run(string.Join('\n', lines), Threads, Given);
}
