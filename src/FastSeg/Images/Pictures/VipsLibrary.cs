using FastSeg.Files;
using FastSeg.Native;
using NetVips;

namespace FastSeg.Images.Pictures;

/// <summary>libvips, which is set up when the first picture is opened, and which a program may have been shipped without.</summary>
internal static class VipsLibrary
{
    /// <summary>Drops what libvips would print; kept in a field because libvips holds on to it.</summary>
    private static readonly Log.LogDelegate Quiet = static (_, _, _) => { };

    private static readonly Lazy<bool> Started = new(Start);

    /// <summary>Makes sure that libvips is there and set up.</summary>
    /// <param name="file">The picture that is opened.</param>
    /// <param name="format">Its format with an article, such as "a PNG".</param>
    /// <exception cref="FastSegException">There is no libvips.</exception>
    public static void Need(InputFile file, string format)
    {
        try
        {
            _ = Started.Value;
        }
        catch (Exception e) when (MissingLibrary.Explains(e))
        {
            throw new FastSegException(
                $"{file.Name} is {format}, which libvips reads, and it is not here; add the package FastSeg.Images to the program.", e);
        }
    }

    /// <summary>Gives libvips one thread and no cache of results, so that it takes the memory of one decoder and no more.</summary>
    private static bool Start()
    {
        Cache.Max = 0;
        NetVips.NetVips.Concurrency = 1;
        // libvips repeats on stderr what its exceptions say.
        _ = Log.SetLogHandler("VIPS", Enums.LogLevelFlags.Warning, Quiet);
        return true;
    }
}
