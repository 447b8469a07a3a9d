using System.CommandLine;
using System.Diagnostics;
using FastSeg.Cli.Errors;
using FastSeg.Cli.Files;
using FastSeg.Cli.Options;
using FastSeg.Cli.Reports;
using FastSeg.Cli.Resuming;
using FastSeg.Cli.Sessions;
using FastSeg.Cli.Text;
using FastSeg.Images.Zarr;
using FastSeg.Resuming;

namespace FastSeg.Cli.Commands;

/// <summary>Puts the blocks of a segmentation together.</summary>
internal sealed class FinishCommand : FastSegCommand
{
    private readonly Argument<string> _output = new("OUT") { Description = "The OME-Zarr, as segment was given it." };

    private readonly Option<long> _memory = MemoryOption.Create();

    public FinishCommand() : base(
        "finish", "Puts together what `segment --block` wrote, and prints each class's area fraction.",
        "Looks whether every block is there and names those that are not, makes the smaller sizes, and gives the results their names. " +
            "It can be interrupted and repeated.",
        "fastseg finish labels.ome.zarr")
    {
        Arguments.Add(_output);
        Options.Add(_memory);
    }

    /// <inheritdoc/>
    public override CommonUse Uses => CommonUse.Threads | CommonUse.Report;

    public override int Run(Session session)
    {
        string output = Path.TrimEndingDirectorySeparator(session.Parsed.GetRequiredValue(_output));
        string Beside(bool probabilities)
        {
            OutputPaths paths = OutputPaths.Beside(output, probabilities: true, confidence: true);
            return (probabilities ? paths.Probabilities : paths.Confidence)!;
        }
        long begun = Stopwatch.GetTimestamp();
        using CollectionFinish? several = CollectionFinish.Open(output);
        if (several is not null)
        {
            return FinishAll(session, output, several);
        }
        using BlockFinish? finish = BlockFinish.Open(output, Beside);
        if (finish is null)
        {
            return Finished(session, output);
        }
        finish.RefuseMissing();
        long[] pixels;
        try
        {
            pixels = session.Long(Path.GetFileName(output), session.Parsed.GetValue(_memory), finish.Run);
        }
        catch (Exception e) when (e is FastSegException or OperationCanceledException)
        {
            throw Kept(e, output, finish.Hidden);
        }
        ImageLayout layout = finish.Layouts[0];
        session.Output.WriteLine($"{output}  {Size(layout.Width, layout.Height, layout.Planes)}");
        Say(session, output, begun, layout.Width * layout.Height * layout.Planes, layout.Classes, pixels);
        return ExitCode.Success;
    }

    /// <summary>Puts together what blocks wrote of several images.</summary>
    private int FinishAll(Session session, string output, CollectionFinish finish)
    {
        finish.RefuseMissing();
        int images;
        try
        {
            images = session.Long(Path.GetFileName(output), session.Parsed.GetValue(_memory), finish.Run);
        }
        catch (Exception e) when (e is FastSegException or OperationCanceledException)
        {
            throw Kept(e, output, finish.Hidden);
        }
        SayAll(session, Enumerable.Range(0, images).Select(number => Path.Combine(output, $"{number}")));
        return ExitCode.Success;
    }

    /// <summary>Says what is in each image of a store.</summary>
    private static void SayAll(Session session, IEnumerable<string> images)
    {
        foreach (string path in images)
        {
            long begun = Stopwatch.GetTimestamp();
            (ImageInfo image, int planes, long[] pixels) = session.Long(Path.GetFileName(path), 0, how => Count(path, how));
            session.Output.WriteLine($"{path}  {Size(image.Width, image.Height, planes)}");
            Say(session, path, begun, image.Bounds.Pixels * planes, image.Classes, pixels);
        }
    }

    /// <summary>The failure of a result of which all blocks stay.</summary>
    private static Exception Kept(Exception e, string output, string hidden) =>
        ResumableRun.Explained(e, $"all blocks stay in {hidden}, and `fastseg finish {output}` goes on with them");

    private static string Size(long width, long height, int planes) => $"{width} x {height}{(planes > 1 ? $" x {planes}" : "")}";

    /// <summary>Says of a result that has its name already that nothing is left to do, and what it holds.</summary>
    /// <exception cref="FastSegException">There is no such result.</exception>
    private static int Finished(Session session, string output)
    {
        if (!ImageFile.IsZarr(output))
        {
            throw new FastSegException($"{output}: no run is there to be finished; `fastseg segment .. --block I/N` begins one.");
        }
        if (ZarrCollection.ImagesOf(output) is { Count: > 0 } images)
        {
            session.Output.WriteLine($"{output} is finished already");
            SayAll(session, images);
            return ExitCode.Success;
        }
        long begun = Stopwatch.GetTimestamp();
        (ImageInfo image, int planes, long[] pixels) = session.Long(Path.GetFileName(output), 0, how => Count(output, how));
        session.Output.WriteLine($"{output} is finished already");
        Say(session, output, begun, image.Bounds.Pixels * planes, image.Classes, pixels);
        return ExitCode.Success;
    }

    /// <summary>Counts the pixels of each class in a label map that has its name, of all planes.</summary>
    /// <returns>The first image, how many there are, and the pixels of each class.</returns>
    private static (ImageInfo Image, int Planes, long[] Pixels) Count(string path, ComputeOptions options)
    {
        ImageStack? stack = ImageFile.OpenStack(path);
        using ImageReader first = stack?.Open(0) ?? ImageFile.OpenLabels(path);
        int[] labels = [.. first.Info.Classes.Select(one => one.Label)];
        long[] pixels = new long[labels.Length];
        for (int number = 0; number < (stack?.Count ?? 1); number++)
        {
            using ImageReader? other = stack?.Open(number);
            long[] some = LabelCount.Of(other ?? first, labels, options.WorkerCount, options);
            for (int i = 0; i < pixels.Length; i++)
            {
                pixels[i] += some[i];
            }
        }
        return (first.Info, stack?.Count ?? 1, pixels);
    }

    private static void Say(
        Session session, string output, long begun, long all, IReadOnlyList<LabelClass> classes, IReadOnlyList<long> pixels)
    {
        ModelClass[] named = [.. classes.Select(one => new ModelClass(one.Value, one.Name, 0))];
        ClassTable.Write(session.Output, named, pixels);
        session.Report.AddPixels(all);
        session.Report.Add(new ReportImage(output)
        {
            Output = output,
            Pixels = all,
            Seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds,
            Classes = [.. named.Zip(pixels)],
        });
    }
}
