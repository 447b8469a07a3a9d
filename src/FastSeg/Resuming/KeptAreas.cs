using System.Buffers.Binary;
using System.Globalization;
using FastSeg.Common;
using FastSeg.Files;
using FastSeg.Files.Runs;
using FastSeg.Probabilities;
using Microsoft.Win32.SafeHandles;

namespace FastSeg.Resuming;

/// <summary>
/// What several processes counted of a page for safe smoothing, each in rows of its own: files in the run's folder, whose names say the
/// share and the rows, with the pixels of each class before smoothing and the part of the counting grid. Together they are what one
/// process counts alone. A share has a file for each row of tiles, so that a start which goes on counts only what is missing.
/// </summary>
internal static class KeptAreas
{
    private const string LimitWords = "a memory limit of";

    /// <summary>How names of files end: those that are whole, and those that are being written.</summary>
    private const string Whole = ".part", Written = "~";

    /// <summary>What a share's journal has once all of its rows are counted.</summary>
    private const string Counted = "counted";

    /// <summary>Keeps rows of a share, and says in its journal that they are there. Several threads may keep rows.</summary>
    /// <param name="folder">The folder of a run that does this share.</param>
    /// <param name="grid">The grid, in which the rows' pixels are counted.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="areas">Their pixels of each class before smoothing.</param>
    /// <exception cref="FastSegException">The disk is full or fails, or another process has taken the share over.</exception>
    public static void Save(RunFolder folder, CountingGrid grid, (long Top, long Bottom) rows, long[] areas)
    {
        (long from, long to) = grid.RowsOf(rows.Top, rows.Bottom);
        string name = string.Create(CultureInfo.InvariantCulture, $"{folder.Block!.JournalName}.{rows.Top}-{rows.Bottom}{Whole}");
        string path = Path.Combine(folder.Hidden, name), written = $"{path}.{Guid.NewGuid():N}{Written}";
        byte[] header = new byte[areas.Length * sizeof(long)];
        for (int c = 0; c < areas.Length; c++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(c * sizeof(long)), areas[c]);
        }
        (uint crc, long length) = (Crc32.Of([]), 0);
        folder.Guard(() =>
        {
            // Whatever goes wrong, nothing stays of that name: the disk may be full.
            using SafeFileHandle file = File.OpenHandle(
                written, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, FileOptions.DeleteOnClose);
            for (int c = -1; c < areas.Length; c++)
            {
                ReadOnlySpan<byte> part = c < 0 ? header : grid.Part(c, from, to);
                RandomAccess.Write(file, part, length);
                (crc, length) = (Crc32.More(crc, part), length + part.Length);
            }
            folder.CheckLock();
            File.Move(written, path, overwrite: true);
        });
        folder.Journal!.Add(new RunUnit(name, length, crc));
    }

    /// <summary>Removes what killed processes were writing of a share.</summary>
    /// <param name="folder">The folder of a run that does this share.</param>
    /// <exception cref="FastSegException">The disk fails.</exception>
    public static void Sweep(RunFolder folder) => folder.Guard(() =>
        Array.ForEach(Directory.GetFiles(folder.Hidden, $"{folder.Block!.JournalName}.*{Written}"), File.Delete));

    /// <summary>Says in a share's journal that all of its rows are kept.</summary>
    /// <exception cref="FastSegException">The disk is full or fails.</exception>
    public static void Finish(RunFolder folder)
    {
        folder.Journal!.Add(RunUnit.Mark(Counted));
        folder.Journal.Flush();
    }

    /// <summary>The rows of a share that no earlier start counted, as half-open ranges.</summary>
    /// <param name="folder">The folder of a run that does this share.</param>
    /// <param name="rows">The share's rows.</param>
    public static IReadOnlyList<(long Top, long Bottom)> Missing(RunFolder folder, (long Top, long Bottom) rows)
    {
        var missing = new List<(long, long)>();
        long next = rows.Top;
        foreach ((long top, long bottom) in folder.Kept.Units.Keys.Select(RowsOf).OfType<(long, long)>().Order())
        {
            if (top > next)
            {
                missing.Add((next, top));
            }
            next = Math.Max(next, bottom);
        }
        if (next < rows.Bottom)
        {
            missing.Add((next, rows.Bottom));
        }
        return missing;
    }

    /// <summary>Whether a share is there, because earlier starts counted it.</summary>
    /// <param name="folder">The folder of a run that does this share.</param>
    /// <param name="rows">The share's rows.</param>
    public static bool Has(RunFolder folder, (long Top, long Bottom) rows) =>
        folder.Journal!.Has(Counted) && Missing(folder, rows).Count == 0;

    /// <summary>The weights of the classes, from all shares; null where not all are there.</summary>
    /// <param name="hidden">The run's folder.</param>
    /// <param name="page">The page.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="options">Threads, memory and cancellation.</param>
    /// <exception cref="FastSegException">The memory is not enough.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static double[]? Weights(string hidden, ImageInfo page, int classes, ComputeOptions options)
    {
        if (Covering(Shares(hidden), page.Height) is not { } files)
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

    /// <summary>
    /// Files whose rows are the page's, each once; null where some are missing. Rows may be there twice, cut in other places: on a disk
    /// that machines share, a file that an earlier start wrote may not have been seen for a while.
    /// </summary>
    private static List<string>? Covering(IEnumerable<string> files, long height)
    {
        // By each row up to which all rows are there: the last file of those before it.
        var last = new Dictionary<long, (string File, long Top)> { [0] = ("", 0) };
        foreach ((string file, (long top, long bottom)) in files.Select(file => (file, RowsOf(Path.GetFileName(file))!.Value))
            .OrderBy(one => one.Value.Top))
        {
            if (last.ContainsKey(top))
            {
                last.TryAdd(bottom, (file, top));
            }
        }
        if (!last.ContainsKey(height))
        {
            return null;
        }
        var covering = new List<string>();
        for (long next = height; next > 0; next = last[next].Top)
        {
            covering.Add(last[next].File);
        }
        return covering;
    }

    private static double[] Weights(List<string> files, Region page, int classes, ComputeOptions options)
    {
        using var grid = new CountingGrid(page, classes);
        long[] areas = new long[classes];
        foreach (string path in files)
        {
            using FileStream file = File.OpenRead(path);
            (long top, long bottom) = RowsOf(Path.GetFileName(path))!.Value;
            Take(file, grid, grid.RowsOf(top, bottom), areas);
        }
        return AreaWeights.Find(areas, now => grid.Count(now, options.WorkerCount, options.Cancellation));
    }

    /// <summary>The files of all shares that are whole.</summary>
    private static IEnumerable<string> Shares(string hidden) =>
        from journal in RunBlock.Journals(hidden, areas: true)
        from name in StoredUnits.Whole(hidden, JournalContent.Read(journal.Path)?.Units.Values ?? Enumerable.Empty<RunUnit>()).Keys
        where RowsOf(name) is not null
        select Path.Combine(hidden, name);

    /// <summary>Puts a file's rows into the grid and adds their areas.</summary>
    private static void Take(FileStream file, CountingGrid grid, (long From, long To) rows, long[] areas)
    {
        byte[] header = new byte[areas.Length * sizeof(long)];
        file.ReadExactly(header);
        for (int c = 0; c < areas.Length; c++)
        {
            areas[c] += BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(c * sizeof(long)));
            file.ReadExactly(grid.Part(c, rows.From, rows.To));
        }
    }

    /// <summary>The rows that a file's name says; null for other names.</summary>
    private static (long Top, long Bottom)? RowsOf(string name)
    {
        string[] parts = name.Split('.');
        return parts is [_, var rows, _] && name.EndsWith(Whole, StringComparison.Ordinal) && rows.Split('-') is [var top, var bottom]
            && long.TryParse(top, NumberStyles.None, CultureInfo.InvariantCulture, out long from)
            && long.TryParse(bottom, NumberStyles.None, CultureInfo.InvariantCulture, out long to)
            ? (from, to)
            : null;
    }
}
