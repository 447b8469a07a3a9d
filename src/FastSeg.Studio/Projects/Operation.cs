using System.Text.Json.Serialization;

namespace FastSeg.Studio.Projects;

/// <summary>
/// One thing that a person did to the labels or classes, as the page sends it and as the journal keeps it. Coordinates and radius are in
/// 1/16 pixel: pixel 0 covers 0 to 16.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Stroke), "stroke")]
[JsonDerivedType(typeof(Polygon), "polygon")]
[JsonDerivedType(typeof(Fill), "fill")]
[JsonDerivedType(typeof(Clear), "clear")]
[JsonDerivedType(typeof(Import), "import")]
[JsonDerivedType(typeof(ClassAdd), "class-add")]
[JsonDerivedType(typeof(ClassChange), "class-change")]
[JsonDerivedType(typeof(ClassOrder), "class-order")]
[JsonDerivedType(typeof(ClassDelete), "class-delete")]
internal abstract record Operation
{
    /// <summary>Made by the page, different for every operation: one that arrives twice counts once.</summary>
    public required string Id { get; init; }

    /// <summary>An operation on the labels of one page.</summary>
    internal abstract record OnPage : Operation
    {
        /// <summary>The image's id.</summary>
        public required string Image { get; init; }

        /// <summary>The page, from 1.</summary>
        public int Page { get; init; } = 1;
    }

    /// <summary>Every pixel whose centre lies within the radius of the polyline gets the class; 0 erases.</summary>
    internal sealed record Stroke : OnPage
    {
        public required byte Class { get; init; }

        public required long Radius { get; init; }

        /// <summary>x0, y0, x1, y1, ...; one point is a dot.</summary>
        public required long[] Points { get; init; }
    }

    /// <summary>The inside of a closed polygon, by the even-odd rule.</summary>
    internal sealed record Polygon : OnPage
    {
        public required byte Class { get; init; }

        /// <summary>x0, y0, x1, y1, ...; the last point is joined with the first.</summary>
        public required long[] Points { get; init; }
    }

    /// <summary>The region of equal label around a pixel.</summary>
    internal sealed record Fill : OnPage
    {
        public required byte Class { get; init; }

        /// <summary>Column, in whole pixels.</summary>
        public required long X { get; init; }

        /// <summary>Row, in whole pixels.</summary>
        public required long Y { get; init; }
    }

    /// <summary>All labels of a page are taken off.</summary>
    internal sealed record Clear : OnPage;

    /// <summary>A label image from elsewhere replaces all labels of a page.</summary>
    internal sealed record Import : OnPage
    {
        /// <summary>Its name in the project's folder imports.</summary>
        public required string File { get; init; }

        /// <summary>Classes that came with it.</summary>
        public ProjectClass[] Classes { get; init; } = [];
    }

    /// <summary>A new class, last in the order.</summary>
    internal sealed record ClassAdd : Operation
    {
        public required ProjectClass Class { get; init; }
    }

    /// <summary>Another name or colour.</summary>
    internal sealed record ClassChange : Operation
    {
        public required byte Value { get; init; }

        public string? Name { get; init; }

        public string? Colour { get; init; }
    }

    /// <summary>Another order.</summary>
    internal sealed record ClassOrder : Operation
    {
        /// <summary>The values of all classes.</summary>
        public required int[] Values { get; init; }
    }

    /// <summary>A class goes, with its pixels on all images.</summary>
    internal sealed record ClassDelete : Operation
    {
        public required byte Value { get; init; }
    }
}
