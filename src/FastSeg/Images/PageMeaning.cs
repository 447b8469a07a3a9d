namespace FastSeg.Images;

/// <summary>
/// What the pages of a file are, where ImageJ's description or OME-XML says so: channels, slices and frames of one image. Pages that
/// differ in the channel alone belong together.
/// </summary>
/// <param name="Source">Who says so: "ImageJ" or "OME-XML".</param>
/// <param name="First">Number of the image's first page.</param>
/// <param name="Channels">Channels that have pages of their own.</param>
/// <param name="Slices">Slices in depth.</param>
/// <param name="Frames">Points in time.</param>
internal sealed record PageMeaning(string Source, int First, int Channels, int Slices, int Frames)
{
    /// <summary>The order in which pages change, the fastest first, as OME names it: "CZT" is ImageJ's.</summary>
    public string Order { get; init; } = "CZT";

    /// <summary>The page of each plane, planes in this order; null where pages lie in it.</summary>
    public IReadOnlyList<int>? Places { get; init; }

    /// <summary>Whether ImageJ shows the channels together, as one image in colours.</summary>
    public bool Composite { get; init; }

    /// <summary>From one slice to the next, in the unit of the pixel size; null where that is not known.</summary>
    public double? SliceStep { get; init; }

    /// <summary>A name for each channel; empty where none is named.</summary>
    public IReadOnlyList<string> ChannelNames { get; init; } = [];

    /// <summary>Pages of the image.</summary>
    public int Pages => Channels * Slices * Frames;

    /// <summary>The pages of all channels of the slice and the frame of which <paramref name="page"/> is one; pages count from 1.</summary>
    public int[] PagesOfChannels(int page)
    {
        int step = StepOf('C'), plane = Places is null ? page - First : PlaneOf(Places, page);
        int without = plane - (plane / step % Channels * step);
        return [.. Enumerable.Range(0, Channels).Select(channel => without + (channel * step))
            .Select(other => Places is null ? First + other : Places[other])];
    }

    private static int PlaneOf(IReadOnlyList<int> places, int page)
    {
        int plane = 0;
        while (places[plane] != page)
        {
            plane++;
        }
        return plane;
    }

    /// <summary>The page of a channel, slice and frame, each counted from 0.</summary>
    public int PageOf(int channel, int slice, int frame)
    {
        int plane = (channel * StepOf('C')) + (slice * StepOf('Z')) + (frame * StepOf('T'));
        return Places is null ? First + plane : Places[plane];
    }

    /// <summary>How many pages lie between one channel, slice or frame and the next.</summary>
    private int StepOf(char axis)
    {
        int step = 1;
        foreach (char faster in Order)
        {
            if (faster == axis)
            {
                break;
            }
            step *= faster switch
            {
                'C' => Channels,
                'Z' => Slices,
                _ => Frames,
            };
        }
        return step;
    }
}
