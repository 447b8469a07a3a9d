using System.Text.Json;
using FastSeg.Deep;
using FastSeg.Pages;

namespace FastSeg.Perf.Kit;

/// <summary>The folder of a kit: models, images and the recipe lie in it, and this program in its folder <c>app</c>.</summary>
internal sealed class KitFolder
{
    /// <summary>Names of the models.</summary>
    public const string Scribble = "scribble", Dense = "dense", Deep = "deep", Learned = "learned";

    private const string RecipeName = "kit.json", ModelFolder = "models", ImageFolder = "images", MapsKey = "kit";

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private readonly string _root;

    private KitFolder(string root, Recipe recipe) => (_root, Recipe) = (root, recipe);

    /// <summary>The kit that this program belongs to; null where it runs from a repository.</summary>
    public static KitFolder? Here { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory).Parent?.FullName);

    /// <summary>What the kit was made of.</summary>
    public Recipe Recipe { get; }

    /// <summary>The kit's micrographs, in the order in which mosaics take them.</summary>
    public IReadOnlyList<string> Images => [.. Recipe.Images.Select(name => File(ImageFolder, name))];

    /// <summary>Those of them whose deep features at low resolution the kit has.</summary>
    public IReadOnlyList<string> Mapped => [.. Images.Where(image => System.IO.File.Exists(MapsPath(image)))];

    /// <summary>The kit around this program.</summary>
    /// <exception cref="FastSegException">There is none.</exception>
    public static KitFolder Required => Here ?? throw new FastSegException(
        $"There is no {RecipeName} beside the folder {AppContext.BaseDirectory}; make a kit with tools/gpu-kit.sh and start its run.sh.");

    /// <summary>A file of the kit.</summary>
    public string File(params string[] path) => Path.Combine([_root, .. path]);

    /// <summary>One of the kit's models.</summary>
    public Model Model(string name) => FastSeg.Model.Load(File(ModelFolder, $"{name}.fastseg"));

    /// <summary>An image's deep features at low resolution, which the caller disposes.</summary>
    /// <exception cref="FastSegException">The file is not as the kit was made.</exception>
    public static DeepMaps Maps(string image, DeepModel model, ImageInfo info) =>
        MapsFile.Read(MapsPath(image), MapsKey, model, info, CancellationToken.None)
        ?? throw new FastSegException($"{MapsPath(image)} is damaged, or of another model; unpack the kit again.");

    /// <summary>Keeps them.</summary>
    /// <exception cref="FastSegException">They cannot be written.</exception>
    public static void Keep(string image, DeepMaps maps)
    {
        if (MapsFile.Write(MapsPath(image), MapsKey, maps) is { } why)
        {
            throw new FastSegException(why);
        }
    }

    private static string MapsPath(string image) => Path.ChangeExtension(image, ".maps");

    /// <summary>Writes the recipe into a new kit; the models and images are written by the caller.</summary>
    public static KitFolder Create(string root, Recipe recipe)
    {
        Directory.CreateDirectory(Path.Combine(root, ModelFolder));
        Directory.CreateDirectory(Path.Combine(root, ImageFolder));
        System.IO.File.WriteAllText(Path.Combine(root, RecipeName), JsonSerializer.Serialize(recipe, Json) + "\n");
        return new KitFolder(root, recipe);
    }

    /// <summary>Where a new kit's model lies.</summary>
    public string ModelPath(string name) => File(ModelFolder, $"{name}.fastseg");

    private static KitFolder? Find(string? root)
    {
        string recipe = Path.Combine(root ?? "", RecipeName);
        return root is not null && System.IO.File.Exists(recipe)
            ? new KitFolder(root, JsonSerializer.Deserialize<Recipe>(System.IO.File.ReadAllText(recipe), Json)!)
            : null;
    }
}

/// <summary>What a kit was made of.</summary>
/// <param name="Commit">The commit of its sources; empty where nobody knows.</param>
/// <param name="Made">The day on which it was made.</param>
/// <param name="MosaicSide">Columns and rows of the mosaic on which speed is measured.</param>
/// <param name="Images">Names of the images that are put side by side for it, in this order; labels are compared on them.</param>
internal sealed record Recipe(string Commit, string Made, int MosaicSide, IReadOnlyList<string> Images);
