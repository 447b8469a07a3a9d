using FastSeg.Files.Runs;
using FastSeg.Images.Zarr;

namespace FastSeg.Resuming;

/// <summary>How far a run in blocks is, by what its folder says; nothing is locked or changed.</summary>
internal sealed class BlockProgress
{
    private readonly bool[] _done, _areas;

    private BlockProgress(int blocks) => (_done, _areas) = (new bool[blocks], new bool[blocks]);

    /// <summary>Whether the result has its name.</summary>
    public bool IsFinished { get; private init; }

    /// <summary>Whether what needs the whole image is known.</summary>
    public bool IsPrepared { get; private init; }

    /// <summary>Looks.</summary>
    /// <param name="path">The label map.</param>
    /// <param name="blocks">How many blocks there are.</param>
    /// <exception cref="FastSegException">What the folder says is damaged.</exception>
    public static BlockProgress Of(string path, int blocks)
    {
        (string hidden, _) = RunFolder.Places(path);
        bool finished = ZarrStore.Matches(path);
        RunImages? several = Directory.Exists(hidden) ? RunImages.Read(hidden) : null;
        var progress = new BlockProgress(blocks)
        {
            IsFinished = finished,
            IsPrepared = finished || File.Exists(RunFolder.PassesOf(hidden))
                || (several is not null && JournalContent.Read(Path.Combine(hidden, RunStart.Prepared))?.Units.Count > 0),
        };
        Array.Fill(progress._done, true);
        for (int i = 0; i < blocks; i++)
        {
            string journal = Path.Combine(hidden, new RunBlock(i + 1, blocks) { IsAreas = true }.JournalName);
            progress._areas[i] = finished || JournalContent.Read(journal)?.Units.Values.Any(unit => unit.IsMark) == true;
        }
        for (int image = 0; image < (several?.Units.Count ?? 1) && !finished; image++)
        {
            progress.Look(hidden, several, image);
        }
        return progress;
    }

    /// <summary>Looks at one image.</summary>
    private void Look(string hidden, RunImages? several, int image)
    {
        string folder = hidden;
        if (several is not null)
        {
            string place = Path.Combine(RunFolder.DataOf(hidden, 0), $"{image}");
            folder = RunFolder.Places(place).Hidden;
            if (Directory.Exists(place) && !Directory.Exists(folder))
            {
                return;
            }
        }
        IReadOnlyList<WrittenImage> parts = [.. Parts(folder)];
        for (int i = 0; i < _done.Length; i++)
        {
            RunBlock block = new(i + 1, _done.Length);
            block = several?.Of(block, image) ?? block;
            _done[i] &= several?.LeavesOut(block, image) == true || (parts.Count > 0 && IsWhole(folder, block, parts));
        }
    }

    /// <summary>Whether a block is done.</summary>
    /// <param name="number">Its number, from 1.</param>
    public bool IsDone(int number) => _done[number - 1];

    /// <summary>Whether a share of the areas is there.</summary>
    /// <param name="number">Its number, from 1.</param>
    public bool HasAreas(int number) => _areas[number - 1];

    /// <summary>What is written: labels, probabilities, confidence, as far as the first block has begun them.</summary>
    private static IEnumerable<WrittenImage> Parts(string hidden)
    {
        for (int number = 0; ; number++)
        {
            string description = RunFolder.DataOf(hidden, number) + ZarrWriter.Description;
            if (!File.Exists(description))
            {
                yield break;
            }
            yield return WrittenImage.Read(description);
        }
    }

    private static bool IsWhole(string hidden, RunBlock block, IReadOnlyList<WrittenImage> parts)
    {
        long wanted = parts.Sum(part =>
        {
            (long from, long to) = block.Share(part.Files);
            return (to - from) * part.Layout.Pages;
        });
        return wanted == 0 || JournalContent.Read(Path.Combine(hidden, block.JournalName))?.Units.Count >= wanted;
    }
}
