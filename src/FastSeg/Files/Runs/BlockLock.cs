using System.Globalization;

namespace FastSeg.Files.Runs;

/// <summary>
/// Keeps two processes from doing the same block, on machines that share the run's folder and perhaps no locks: a file that only one of
/// them can create, with host, process, start and a heartbeat a minute. One that is silent for five minutes, or whose process this machine
/// knows to be gone, is taken over.
/// </summary>
internal sealed class BlockLock : IDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMinutes(1), LongestSilence = TimeSpan.FromMinutes(5);

    /// <summary>How often a lock is read before it counts as another's, with a pause between: disks that machines share falter.</summary>
    private const int MostReads = 20;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Who holds a lock that has been created and not yet been written.</summary>
    private const string Beginner = "a process that has just begun";

    /// <summary>How the name ends of the file that one process creates to take a lock over.</summary>
    private const string TakeOver = ".takeover";

    private readonly string _path;
    private readonly LockOwner _owner = LockOwner.OfThis();
    private readonly Timer _timer;
    private volatile bool _lost;
    private readonly string _what;

    /// <summary>Takes the lock.</summary>
    /// <param name="path">The lock's file.</param>
    /// <param name="what">What it locks, for sentences.</param>
    /// <exception cref="FastSegException">A living process has it, or the folder cannot be written.</exception>
    public BlockLock(string path, string what)
    {
        (_path, _what) = (path, what);
        if (!TryCreate())
        {
            RefuseHolder();
            ReplaceDead();
        }
        _timer = new Timer(_ => Touch(), null, Beat, Beat);
    }

    /// <summary>Refuses to go on where another process has taken the lock over, because this one was silent for too long.</summary>
    /// <exception cref="FastSegException">It has.</exception>
    public void Check()
    {
        if (_lost || IsTakenOver())
        {
            _lost = true;
            throw new FastSegException(
                $"{_what}: another process took it over, since this one was silent for {LongestSilence.Minutes} minutes; leave it.");
        }
    }

    /// <summary>Refuses blocks in a run's folder that living processes write.</summary>
    /// <param name="path">The result, for the sentence.</param>
    /// <param name="folder">The run's folder.</param>
    /// <exception cref="FastSegException">There is one.</exception>
    public static void RefuseLiving(string path, string folder)
    {
        foreach ((RunBlock block, string holder) in Living(folder))
        {
            throw new FastSegException($"{path}: {block} is being written by {holder}; wait for it.");
        }
    }

    /// <summary>The blocks that living processes write.</summary>
    public static IEnumerable<(RunBlock Block, string Holder)> Living(string folder) =>
        from path in Directory.GetFiles(folder, $"*{RunBlock.LockEnding}").Order(StringComparer.Ordinal)
        let block = RunBlock.Of(Path.GetFileName(path)[..^RunBlock.LockEnding.Length])
        let holder = block is null ? null : Holder(path)
        where holder is not null
        select (block, holder);

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        try
        {
            if (!_lost && LockOwner.Read(_path) == _owner)
            {
                File.Delete(_path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The folder went away or became read-only; a lock that stays is silent from now on.
        }
    }

    private bool TryCreate()
    {
        FileStream file;
        try
        {
            file = new FileStream(_path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite);
        }
        catch (IOException) when (File.Exists(_path))
        {
            return false;
        }
        try
        {
            using (file)
            {
                file.Write(_owner.Text());
                file.Flush(flushToDisk: true);
            }
            return true;
        }
        catch
        {
            // A full disk: nobody shall wait for a lock without an owner.
            File.Delete(_path);
            throw;
        }
    }

    /// <summary>Puts this process in a dead one's place. Of several that try, the one that creates a second file does.</summary>
    private void ReplaceDead()
    {
        string second = _path + TakeOver;
        if (File.Exists(second) && Age(second) >= LongestSilence)
        {
            File.Delete(second);
        }
        try
        {
            using FileStream file = new(second, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        }
        catch (IOException) when (File.Exists(second))
        {
            throw new FastSegException($"{_what} is being taken over by another process; wait for it.");
        }
        try
        {
            RefuseHolder();
            File.Delete(_path);
            if (!TryCreate())
            {
                throw Refusal(Holder(_path) ?? Beginner);
            }
        }
        finally
        {
            File.Delete(second);
        }
    }

    private void Touch()
    {
        try
        {
            _lost = _lost || IsTakenOver();
            if (_lost)
            {
                return;
            }
            using FileStream file = new(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            file.Write(_owner.Text());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next beat tries again.
        }
    }

    /// <summary>Whether the lock's file is no longer this process's. It is looked at itself: this process may have been stopped.</summary>
    private bool IsTakenOver()
    {
        for (int read = 1; ; read++)
        {
            if (LockOwner.Read(_path) is { } owner)
            {
                return owner != _owner;
            }
            if (read == MostReads)
            {
                return true;
            }
            Thread.Sleep(Pause);
        }
    }

    private void RefuseHolder()
    {
        if (Holder(_path) is { } holder)
        {
            throw Refusal(holder);
        }
    }

    private FastSegException Refusal(string holder) => new($"{_what} is being written by {holder}, which holds {_path}; wait for it.");

    /// <summary>Who holds a lock; null where nobody does who lives. One without an owner is just being written, or was torn.</summary>
    private static string? Holder(string path)
    {
        LockOwner? owner = LockOwner.Read(path);
        bool dead = owner?.IsKnownDead ?? !File.Exists(path);
        return dead || Age(path) >= LongestSilence ? null : owner?.ToString() ?? Beginner;
    }

    /// <summary>How long ago a file was written, by the clock of the disk that holds it, which may be another machine's.</summary>
    private static TimeSpan Age(string path)
    {
        string probe = $"{path}.{Guid.NewGuid():N}~";
        try
        {
            File.WriteAllBytes(probe, []);
            return File.GetLastWriteTimeUtc(probe) - File.GetLastWriteTimeUtc(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return DateTime.UtcNow - File.GetLastWriteTimeUtc(path);
        }
        finally
        {
            File.Delete(probe);
        }
    }
}
