using System.Buffers.Binary;
using FastSeg.Common;
using FastSeg.Files;
using FastSeg.Files.Runs;
using FastSeg.Probabilities;

namespace FastSeg.Resuming;

/// <summary>
/// What several processes counted of a page for safe smoothing, each in rows of its own: a file for each share in the run's folder, with
/// the rows, the pixels of each class before smoothing, and the part of the counting grid. Together they are what one process counts alone.
/// </summary>
internal static class KeptAreas
{
    private const string LimitWords = "a memory limit of";

    /// <summary>Classes, first row, and the row behind the last one.</summary>
    private const int HeaderNumbers = 3;

    /// <summary>Keeps a share, and says in its journal that it is there.</summary>
    /// <param name="folder">The folder of a run that does this share.</param>
    /// <param name="grid">The grid, in which the share's pixels are counted.</param>
    /// <param name="rows">The share's rows.</param>
    /// <param name="areas">Its pixels of each class before smoothing.</param>
    /// <exception cref="FastSegException">The disk is full or fails, or another process has taken the share over.</exception>
    public static void Save(RunFolder folder, CountingGrid grid, Region rows, long[] areas)
    {
        (long from, long to) = grid.RowsOf(rows.Y, rows.Bottom);
        byte[] header = new byte[HeaderBytes(areas.Length)];
        long[] numbers = [areas.Length, rows.Y, rows.Bottom, .. areas];
        for (int i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(i * sizeof(long)), numbers[i]);
        }
        uint crc = Crc32.Of(header);
        long length = header.Length;
        using var file = new PartialFile(Path.Combine(folder.Hidden, NameOf(folder.Block!)));
        file.Save(stream =>
        {
            stream.Write(header);
            for (int c = 0; c < areas.Length; c++)
            {
                ReadOnlySpan<byte> part = grid.Part(c, from, to);
                stream.Write(part);
                (crc, length) = (Crc32.More(crc, part), length + part.Length);
            }
        });
        folder.CheckLock();
        file.Commit();
        folder.Journal!.Add(new RunUnit(NameOf(folder.Block!), length, crc));
        folder.Journal.Flush();
    }

    /// <summary>Whether a share is there, because an earlier start counted it.</summary>
    public static bool Has(RunFolder folder) => folder.Block is { } share && folder.Kept.Units.ContainsKey(NameOf(share));

    /// <summary>The weights of the classes, from all shares; null where not all are there.</summary>
    /// <param name="hidden">The run's folder.</param>
    /// <param name="page">The page.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="options">Threads, memory and cancellation.</param>
    /// <exception cref="FastSegException">The memory is not enough.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static double[]? Weights(string hidden, ImageInfo page, int classes, ComputeOptions options)
    {
        string[] files = [.. Shares(hidden)];
        if (files.Length == 0)
        {
            return null;
        }
        RefuseLittle(page, classes, options.Memory);
        return Weights(files, page.Bounds, classes, options);
    }

    /// <summary>The grid is gone before anything else of the run is allocated, so that no plan counts it.</summary>
    private static void RefuseLittle(ImageInfo page, int classes, long memory)
    {
        long peak = ProcessMemory.Resident() + CountingGrid.Bytes(page.Bounds, classes);
        if (memory > 0 && peak > memory)
        {
            throw new FastSegException(
                $"{page.Name}: {LimitWords} {ByteSize.Text(memory)} is not enough to put the shares of the areas together; the least that "
                + $"would do is {ByteSize.Least(peak)}.", Setting.Memory, LimitWords);
        }
    }

    private static double[]? Weights(string[] files, Region page, int classes, ComputeOptions options)
    {
        using var grid = new CountingGrid(page, classes);
        long[] areas = new long[classes];
        var covered = new List<(long From, long To)>();
        foreach (string path in files)
        {
            using FileStream file = File.OpenRead(path);
            covered.Add(Take(file, grid, areas));
        }
        long next = 0;
        foreach ((long from, long to) in covered.Order())
        {
            if (from != next)
            {
                return null;
            }
            next = to;
        }
        return next == page.Height ? AreaWeights.Find(areas, now => grid.Count(now, options.WorkerCount, options.Cancellation)) : null;
    }

    /// <summary>The files of the shares that are whole.</summary>
    private static IEnumerable<string> Shares(string hidden) =>
        from journal in RunBlock.Journals(hidden, areas: true)
        from name in StoredUnits.Whole(hidden, JournalContent.Read(journal.Path)?.Units.Values ?? Enumerable.Empty<RunUnit>()).Keys
        select Path.Combine(hidden, name);

    /// <summary>Puts a share into the grid and adds its areas. Returns its rows.</summary>
    private static (long From, long To) Take(FileStream file, CountingGrid grid, long[] areas)
    {
        byte[] header = new byte[HeaderBytes(areas.Length)];
        file.ReadExactly(header);
        long Number(int i) => BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(i * sizeof(long)));
        (long top, long bottom) = (Number(1), Number(2));
        (long from, long to) = grid.RowsOf(top, bottom);
        for (int c = 0; c < areas.Length; c++)
        {
            areas[c] += Number(HeaderNumbers + c);
            file.ReadExactly(grid.Part(c, from, to));
        }
        return (top, bottom);
    }

    private static int HeaderBytes(int classes) => (HeaderNumbers + classes) * sizeof(long);

    private static string NameOf(RunBlock share) => $"{share.JournalName}.part";
}
