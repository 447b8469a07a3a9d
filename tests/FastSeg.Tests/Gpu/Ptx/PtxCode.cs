namespace FastSeg.Tests.Gpu.Ptx;

/// <summary>A kernel that the machine can run.</summary>
internal sealed class PtxCode
{
    private readonly Func<PtxThread, int> _run;
    private readonly long[] _entered;

    /// <summary>Compiles a text.</summary>
    public PtxCode(string ptx)
    {
        Program = PtxProgram.Parse(ptx);
        Flow = new PtxFlow(Program);
        _run = PtxCompiler.Compile(Program, Flow);
        _entered = new long[Flow.Starts.Count];
    }

    public PtxProgram Program { get; }

    public PtxFlow Flow { get; }

    /// <summary>Lines of the first instructions of blocks that no thread has entered so far.</summary>
    public IEnumerable<int> NeverEntered => Enumerable.Range(0, _entered.Length).Where(block => _entered[block] == 0)
        .Select(block => Program.Instructions[Flow.Starts[block]].Line);

    /// <summary>Instructions that were executed so far, by all threads together, without moves between registers.</summary>
    public long Executed => Enumerable.Range(0, _entered.Length).Sum(block => _entered[block] * Flow.Length(block));

    /// <summary>Runs a launch, group by group, and in a group thread by thread from barrier to barrier.</summary>
    /// <param name="parameters">The bytes of the parameters.</param>
    /// <param name="memory">The buffers that they tell of.</param>
    /// <param name="grid">Groups.</param>
    /// <param name="group">Threads of a group.</param>
    public unsafe void Launch(byte[] parameters, PtxMemory memory, PtxSize grid, PtxSize group)
    {
        var shared = new PtxShared(Program);
        int kept = Flow.MostLive;
        fixed (byte* first = parameters.Length == 0 ? new byte[1] : parameters)
        {
            PtxThread[] threads = [.. Enumerable.Range(0, group.Count).Select(_ => new PtxThread { Shared = shared, Memory = memory })];
            for (int i = 0; i < threads.Length; i++)
            {
                PtxThread thread = threads[i];
                (thread.Number, thread.Parameters, thread.Entered) = (i, (nint)first, _entered);
                (thread.Ints, thread.Longs, thread.Floats) = (new int[kept], new long[kept], new float[kept]);
                (thread.NtidX, thread.NtidY, thread.NtidZ) = group;
                (thread.NctaidX, thread.NctaidY, thread.NctaidZ) = grid;
                (thread.TidX, thread.TidY, thread.TidZ) = group.At(i);
            }
            for (int i = 0; i < grid.Count; i++)
            {
                Run(threads, shared, grid.At(i));
            }
        }
    }

    private void Run(PtxThread[] threads, PtxShared shared, PtxSize place)
    {
        shared.Begin();
        foreach (PtxThread thread in threads)
        {
            (thread.CtaidX, thread.CtaidY, thread.CtaidZ) = place;
            thread.Resume = 0;
        }
        do
        {
            foreach (PtxThread thread in threads)
            {
                thread.Resume = _run(thread);
            }
            PtxThread? other = Array.Find(threads, thread => thread.Resume != threads[0].Resume);
            if (other is not null)
            {
                throw new PtxException(
                    $"{Program.Name}, group {place.X} {place.Y} {place.Z}: thread 0 {At(threads[0])}, thread {other.Number} {At(other)}.");
            }
            shared.Barrier();
        }
        while (threads[0].Resume != 0);
    }

    private static string At(PtxThread thread) => thread.Resume == 0 ? "has ended" : $"waits at barrier {thread.Resume}";
}
