using System.CommandLine;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;
using FastSeg.Cli.Options;
using FastSeg.Files;
using FastSeg.Files.Runs;
using FastSeg.Resuming;

namespace FastSeg.Cli.Resuming;

/// <summary>Whether and how the segmentation of an image can be gone on with, and what is said about it.</summary>
internal static class ResumableRun
{
    /// <summary>Refuses options that the results do not go with.</summary>
    /// <exception cref="UsageException">--resume, --block or --prepare does not go with the outputs.</exception>
    public static void Check(ResumeOptions options, ParseResult parsed, OutputPaths paths, bool inside)
    {
        bool zarr = inside || paths.Number is not null || OutputPaths.IsZarr(paths.Labels);
        if ((options.BlockOf(parsed) is not null || options.Prepares(parsed)) && !zarr)
        {
            throw new UsageException(
                $"{paths.Labels}: only an OME-Zarr is written in blocks; name one, or leave out --block and --prepare.");
        }
        if (options.Resumes(parsed) && !zarr && !ImageFile.CanResume(paths.Labels))
        {
            throw new UsageException(
                $"{paths.Labels}: --resume goes on with TIFF and OME-Zarr, and other formats are written again; leave it out.");
        }
    }

    /// <summary>The start of a run; null for one that leaves nothing where it fails.</summary>
    /// <param name="options">--resume, --block, --prepare.</param>
    /// <param name="parsed">Their values.</param>
    /// <param name="paths">The results.</param>
    /// <param name="inside">Whether the labels go into the image's own Zarr.</param>
    /// <param name="run">Finds out what the run is.</param>
    /// <exception cref="FastSegException">A run that did not finish left something, and is not gone on with.</exception>
    public static RunStart? Of(ResumeOptions options, ParseResult parsed, OutputPaths paths, bool inside, Func<RunIdentity> run)
    {
        bool resume = options.Resumes(parsed), prepare = options.Prepares(parsed);
        if (!inside && paths.Number is null && !OutputPaths.IsZarr(paths.Labels) && !resume)
        {
            return RunFolder.Left(paths.Labels) is { } left ? throw left : null;
        }
        return new RunStart(run(), resume || prepare)
        {
            Block = options.BlockOf(parsed),
            Task = prepare ? RunTask.Prepare : RunTask.Compute,
        };
    }

    /// <summary>The start of a run of several images into one store; null where each has results of its own.</summary>
    /// <param name="options">--resume, --block, --prepare.</param>
    /// <param name="parsed">Their values.</param>
    /// <param name="paths">The results of each image.</param>
    /// <param name="run">Finds out what the run is.</param>
    public static RunStart? OfSeveral(ResumeOptions options, ParseResult parsed, IReadOnlyList<OutputPaths> paths, Func<RunIdentity> run)
    {
        bool prepares = options.Prepares(parsed);
        return paths[0].Number is null ? null : new RunStart(run(), options.Resumes(parsed) || prepares)
        {
            Block = options.BlockOf(parsed),
            Task = prepares ? RunTask.Prepare : RunTask.Compute,
        };
    }

    /// <summary>
    /// What goes wrong with the disk or with memory may be mended: what a run of several images has then stays, for the same run to go on.
    /// Any other failure is one of the image, which is left out; so is an image that is not there, or that this user may not read.
    /// </summary>
    public static bool CanBeMended(Exception e)
    {
        for (Exception? cause = e; cause is not null; cause = cause.InnerException)
        {
            if (cause is FastSegException { IsOfInput: true })
            {
                return false;
            }
            if (cause is OutOfMemoryException or FastSegException { Setting: Setting.Memory or Setting.DeviceMemory }
                || (PartialFile.IsDiskFailure(cause) && cause is not (EndOfStreamException or FileNotFoundException)))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Whether all results of a run are there already, because an earlier start of it ended well.</summary>
    /// <param name="start">The run.</param>
    /// <param name="now">Where its results are: of one of several images, in the hidden folder as long as that is there.</param>
    /// <param name="paths">What they are called.</param>
    /// <exception cref="FastSegException">They are those of another run.</exception>
    public static bool IsFinished(RunStart? start, OutputPaths now, OutputPaths paths)
    {
        if (start is not { Resume: true })
        {
            return false;
        }
        if (Directory.Exists(RunFolder.Places(now.Labels).Hidden) || !now.All.All(ImageFile.IsZarr))
        {
            return now.Number is null || now != paths ? false : throw new FastSegException(
                $"{paths.Store} is there already, and this image is not in it; name another, or remove that one.");
        }
        foreach ((string place, string path) in now.All.Zip(paths.All))
        {
            if (MadeBy.Difference(place, start.Run) is { } difference)
            {
                throw new FastSegException(
                    $"{path} is there already, and is of another run: {difference}; name another, or remove that one.");
            }
        }
        return true;
    }

    /// <summary>The failure of a run of which something stays: it says so.</summary>
    public static Exception Explained(Exception e, RunFolder folder) => Explained(e, Stays(folder));

    /// <summary>What is said about a run of which something stays.</summary>
    public static string Stays(RunFolder folder) => $"what is finished stays in {folder.Hidden}, and --resume goes on with it";

    /// <summary>The same, with the words for what stays.</summary>
    public static Exception Explained(Exception e, string stays)
    {
        return e is OperationCanceledException
            ? new InterruptedException($"interrupted; {stays}.", e)
            : new FastSegException($"{ErrorText.Of(e).TrimEnd('.')}; {stays}.", e);
    }

    /// <summary>What is said about a run that took something over; null where it did not.</summary>
    public static string? TakenOver(RunFolder? folder) =>
        folder is { Kept.Count: > 0 and var count } ? $"{count} parts that an earlier start had finished were taken over" : null;
}
