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
            if (LockOwner.Read(path) is { } owner && !IsDead(path, owner))
            {
                throw new FastSegException($"{what} is being written by {owner}, which holds {path}; wait for it.");
            }
            ReplaceDead();
        }
        _timer = new Timer(_ => Touch(), null, Beat, Beat);
    }

    /// <summary>Refuses to go on where another process has taken the lock over, because this one was silent for too long.</summary>
    /// <exception cref="FastSegException">It has.</exception>
    public void Check()
    {
        if (_lost)
        {
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
        foreach ((RunBlock block, LockOwner owner) in Living(folder))
        {
            throw new FastSegException($"{path}: {block} is being written by {owner}; wait for it.");
        }
    }

    /// <summary>The blocks that living processes write.</summary>
    public static IEnumerable<(RunBlock Block, LockOwner Owner)> Living(string folder) =>
        from path in Directory.GetFiles(folder, $"block-*{RunBlock.LockEnding}").Order(StringComparer.Ordinal)
        let block = RunBlock.Of(Path.GetFileName(path)[..^RunBlock.LockEnding.Length])
        let owner = block is null ? null : LockOwner.Read(path)
        where owner is not null && !IsDead(path, owner)
        select (block, owner);

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
        try
        {
            using FileStream file = new(_path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
            file.Write(_owner.Text());
            file.Flush(flushToDisk: true);
            return true;
        }
        catch (IOException) when (File.Exists(_path))
        {
            return false;
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
            if (LockOwner.Read(_path) is { } owner && !IsDead(_path, owner))
            {
                throw new FastSegException($"{_what} is being written by {owner}, which holds {_path}; wait for it.");
            }
            File.Delete(_path);
            if (!TryCreate())
            {
                throw new FastSegException($"{_what} is being written by {LockOwner.Read(_path)}, which holds {_path}; wait for it.");
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
            if (LockOwner.Read(_path) != _owner)
            {
                _lost = true;
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

    private static bool IsDead(string path, LockOwner owner) => owner.IsKnownDead || Age(path) >= LongestSilence;

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
