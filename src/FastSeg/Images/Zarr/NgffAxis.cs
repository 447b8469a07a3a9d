namespace FastSeg.Images.Zarr;

/// <summary>An axis of an OME-Zarr image.</summary>
/// <param name="Name">t, c, z, y or x.</param>
/// <param name="Unit">Its unit as OME-Zarr names it; null where there is none.</param>
internal sealed record NgffAxis(char Name, string? Unit)
{
    /// <summary>The axes of images of versions that did not say which they have.</summary>
    public static NgffAxis[] All { get; } = [.. "tczyx".Select(name => new NgffAxis(name, null))];

    /// <summary>Reads a list of axes, objects or mere names.</summary>
    /// <exception cref="FastSegException">They make no image.</exception>
    public static NgffAxis[] Read(ZarrJson list)
    {
        IReadOnlyList<ZarrJson> axes = list.List();
        string[] names = [.. axes.Select(axis => (axis.IsText ? axis : axis.Need("name")).Text())];
        char[] roles = [.. axes.Zip(names).Select(pair => Role(pair.First, pair.Second))];
        // Axes of space may have names of their own: the last one lies along x, as far as no other axis says so.
        var free = new Queue<char>("xyz".Except(roles));
        for (int i = roles.Length - 1; i >= 0; i--)
        {
            roles[i] = roles[i] == 's' && free.TryDequeue(out char role) ? role : roles[i];
        }
        bool known = !roles.Contains('?') && !roles.Contains('s') && roles.Distinct().Count() == roles.Length;
        if (!known || !roles.Contains('x') || !roles.Contains('y'))
        {
            throw list.Unsupported(
                $"has the axes {string.Join(", ", names)}, which make no image",
                "y and x are needed, and t, c and z may be there, each once");
        }
        return [.. axes.Select((axis, i) => new NgffAxis(roles[i], axis.IsText ? null : axis.Find("unit")?.Text()))];
    }

    /// <summary>Axes of the names that an array gives; null where they are none of an image.</summary>
    public static NgffAxis[]? Named(IReadOnlyList<string?>? names)
    {
        string[] all = [.. (names ?? []).Select(name => name?.ToLowerInvariant() ?? "")];
        return all.Length > 1 && all.All(name => name.Length == 1 && "tczyx".Contains(name[0])) && all.Distinct().Count() == all.Length
            && all.Contains("y") && all.Contains("x") ? [.. all.Select(name => new NgffAxis(name[0], null))] : null;
    }

    /// <summary>What an axis stands for: t, c, z, y, x, 's' for one of space whose name is another, '?' for what no image has.</summary>
    private static char Role(ZarrJson axis, string name)
    {
        string known = name.ToLowerInvariant();
        string type = axis.IsText ? "" : axis.Find("type")?.Text() ?? "";
        return type switch
        {
            "time" => 't',
            "channel" => 'c',
            "space" => known is "x" or "y" or "z" ? known[0] : 's',
            _ => known is "t" or "c" or "z" or "y" or "x" ? known[0] : '?',
        };
    }
}
