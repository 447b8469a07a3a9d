using FastSeg.Studio.Labels;

namespace FastSeg.Studio.Projects;

/// <summary>What an operation must keep to before it goes into the journal, apart from classes.</summary>
internal static class OperationChecks
{
    private const int LongestId = 64;

    /// <summary>Refuses an id that is none.</summary>
    /// <exception cref="FastSegException">It is empty, too long or has other characters than letters, digits, - and _.</exception>
    public static void CheckId(string id)
    {
        if (id.Length is 0 or > LongestId || id.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')))
        {
            throw new FastSegException($"An id has 1 to {LongestId} letters, digits, - and _, such as a UUID; got {id.Length} characters.");
        }
    }

    /// <summary>Refuses shapes that are none.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="size">Width and height of its page.</param>
    /// <exception cref="FastSegException">A coordinate, radius or number of points is out of its range.</exception>
    public static void CheckShape(Operation operation, long[]? size)
    {
        switch (operation)
        {
            case Operation.Stroke stroke:
                CheckPoints("stroke", stroke.Points, 1);
                if (stroke.Radius is < 0 or > Grid.MaxRadius)
                {
                    throw new FastSegException(
                        $"A stroke's radius is 0 to {Grid.MaxRadius} (in 1/{Grid.Unit} pixel), not {stroke.Radius}.");
                }
                break;
            case Operation.Polygon polygon:
                CheckPoints("polygon", polygon.Points, 3);
                break;
            case Operation.Fill fill when size is not null && !(fill.X >= 0 && fill.Y >= 0 && fill.X < size[0] && fill.Y < size[1]):
                throw new FastSegException($"Pixel {fill.X},{fill.Y} is not on the page, which has {size[0]} x {size[1]} pixels.");
            case Operation.Import import when Path.GetFileName(import.File) != import.File || import.File is "" or "." or "..":
                throw new FastSegException($"\"{import.File}\" is no name of a file in the project's folder imports.");
        }
    }

    private static void CheckPoints(string what, long[] points, int least)
    {
        if (points.Length % 2 != 0 || points.Length < 2 * least || points.Length > 2 * Grid.MaxPoints)
        {
            throw new FastSegException(
                $"A {what} has {least} to {Grid.MaxPoints} points, x and y of each; got {points.Length} numbers.");
        }
        if (points.Any(coordinate => coordinate is < -Grid.MaxCoordinate or > Grid.MaxCoordinate))
        {
            throw new FastSegException(
                $"A point of the {what} lies further than {Grid.MaxCoordinate / Grid.Unit} pixels away from the image's corner.");
        }
    }
}
