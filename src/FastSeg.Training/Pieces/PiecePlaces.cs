using FastSeg.Common;
using FastSeg.Deep.Tokens;

namespace FastSeg.Learning.Pieces;

/// <summary>Chooses where pieces lie: every image gets about as many, spread over it, and they overlap where it is small.</summary>
internal static class PiecePlaces
{
    /// <summary>Pieces of one image begin at least this share of their side apart, or they would tell nothing new.</summary>
    private const int LeastShare = 4;

    /// <summary>The pieces' first pixels.</summary>
    /// <param name="images">Sizes of the images; those that are too small get none.</param>
    /// <param name="side">Side of a piece, in pixels.</param>
    /// <param name="count">How many are wanted; there may be fewer.</param>
    /// <param name="seed">Seed of which are taken where an image has room for more.</param>
    public static List<(int Image, long X, long Y)> Choose(IReadOnlyList<ImageInfo> images, int side, int count, ulong seed)
    {
        var random = new SplitMix64(seed);
        int[] most = [.. images.Select(image => (int)Math.Min(Most(image.Width, side) * Most(image.Height, side), count))];
        int[] wanted = new int[images.Count];
        // Dealt out in turn to the images that have room left.
        for (int left = Math.Min(count, most.Sum()), i = 0; left > 0; i = (i + 1) % images.Count)
        {
            if (wanted[i] < most[i])
            {
                wanted[i]++;
                left--;
            }
        }
        IEnumerable<(int, long, long)> Of(int i) =>
            wanted[i] == 0 ? [] : Spread(images[i], side, wanted[i], random).Select(at => (i, at.X, at.Y));
        return [.. Enumerable.Range(0, images.Count).SelectMany(Of)];
    }

    /// <summary>Most pieces along a side of so many pixels.</summary>
    private static long Most(long length, int side) => length < side ? 0 : 1 + ((length - side) / Math.Max(1, side / LeastShare));

    /// <summary>Some places of the smallest grid that has enough of them.</summary>
    private static IEnumerable<(long X, long Y)> Spread(ImageInfo image, int side, int count, SplitMix64 random)
    {
        (long mostColumns, long mostRows) = (Most(image.Width, side), Most(image.Height, side));
        (long columns, long rows) = (1, 1);
        while (columns * rows < count)
        {
            // The side whose pieces are further apart gets one more.
            bool wider = (image.Width - side) * rows >= (image.Height - side) * columns;
            bool across = columns < mostColumns && (wider || rows >= mostRows);
            (columns, rows) = across ? (columns + 1, rows) : (columns, rows + 1);
        }
        var places = new List<(long X, long Y)>();
        for (long row = 0; row < rows; row++)
        {
            for (long column = 0; column < columns; column++)
            {
                places.Add((At(column, columns, image.Width - side), At(row, rows, image.Height - side)));
            }
        }
        while (places.Count > count)
        {
            places.RemoveAt((int)random.NextIndex(places.Count));
        }
        return places;
    }

    private static long At(long index, long count, long room) => count == 1 ? room / 2 : index * room / (count - 1);
}
