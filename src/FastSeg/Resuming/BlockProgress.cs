using FastSeg.Files.Runs;
using FastSeg.Images.Zarr;

namespace FastSeg.Resuming;

/// <summary>How far a run in blocks is, by what its folder says; nothing is locked or changed.</summary>
internal sealed class BlockProgress
{
    private readonly bool[] _done;

    private BlockProgress(int blocks) => _done = new bool[blocks];

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
        var progress = new BlockProgress(blocks)
        {
            IsFinished = finished,
            IsPrepared = finished || File.Exists(RunFolder.PassesOf(hidden)),
        };
        IReadOnlyList<WrittenImage> parts = finished ? [] : [.. Parts(hidden)];
        for (int i = 0; i < blocks; i++)
        {
            progress._done[i] = finished || (parts.Count > 0 && IsWhole(hidden, new RunBlock(i + 1, blocks), parts));
        }
        return progress;
    }

    /// <summary>Whether a block is done.</summary>
    /// <param name="number">Its number, from 1.</param>
    public bool IsDone(int number) => _done[number - 1];

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
            (long width, long height) = part.FileSize;
            long files = (part.Layout.Width + width - 1) / width * ((part.Layout.Height + height - 1) / height);
            (long from, long to) = block.Share(files);
            return (to - from) * part.Layout.Pages;
        });
        return wanted == 0 || JournalContent.Read(Path.Combine(hidden, block.JournalName))?.Units.Count >= wanted;
    }
}
