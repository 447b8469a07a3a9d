using FastSeg.Cli.Sessions;
using FastSeg.Files.Runs;

namespace FastSeg.Cli.Resuming;

/// <summary>Looks at a whole image, or a share of it, for the blocks of a run, and says what came of it.</summary>
internal static class Preparation
{
    /// <summary>Prepares. Blocks of a stack look at the images that they segment, so that nothing is needed there.</summary>
    /// <param name="session">The command.</param>
    /// <param name="name">What the result is called.</param>
    /// <param name="folder">The run's folder, which keeps what is found; the caller's.</param>
    /// <param name="isOneOfSeveral">Whether the image is one of several in one store, whose run says itself what stays.</param>
    /// <param name="prepare">Does it; returns whether anything was needed.</param>
    /// <exception cref="FastSegException">It failed; the sentence says whether something stays.</exception>
    /// <exception cref="OperationCanceledException">Likewise.</exception>
    public static void Run(Session session, string name, RunFolder folder, bool isOneOfSeveral, Func<bool> prepare)
    {
        bool needed;
        try
        {
            needed = prepare();
        }
        catch (Exception e) when (
            !isOneOfSeveral && folder.Journal?.Count > 0 && e is FastSegException or OperationCanceledException)
        {
            throw ResumableRun.Explained(e, folder);
        }
        session.Output.WriteLine(needed ? $"{name}: prepared" : $"{name}: nothing more of the whole image is needed");
        if (needed && ResumableRun.TakenOver(folder) is { } takenOver)
        {
            session.Output.WriteLine($"  {takenOver}");
        }
    }
}
