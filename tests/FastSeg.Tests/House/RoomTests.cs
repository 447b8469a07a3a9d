using NUnit.Framework;

namespace FastSeg.Tests.House;

/// <summary>The library's folders and the arrows between them.</summary>
[TestFixture]
internal sealed class RoomTests
{
    private const int MostFilesAtTheRoot = 14, MostFiles = 30, MostFilesOfAList = 45;

    /// <summary>What a graph of rooms calls the library's own folder, and the kernels' project, which is below the library.</summary>
    private const string Root = "", Kernels = "Kernels";

    /// <summary>Which folders each folder of the library may use, from the lowest up to the checks, which use nearly all.</summary>
    private static readonly SortedDictionary<string, string[]> MayUse = new(StringComparer.Ordinal)
    {
        ["Common"] = [],
        [Kernels] = [],
        ["Native"] = ["Common"],
        ["Files"] = ["Common", "Native"],
        ["Files/Runs"] = ["Common", "Files"],
        ["Simd"] = ["Common", Kernels, "Native"],
        ["Onnx"] = ["Common", "Files"],
        ["Gpu"] = ["Common", Kernels, "Native"],

        ["Images"] = ["Common", "Files", "Native"],
        ["Images/Stacks"] = ["Common", "Images"],
        ["Images/Samples"] = ["Common", "Images", "Native"],
        ["Images/Masks"] = ["Common", "Images", "Images/Samples", "Native"],
        ["Images/Labels"] = ["Common", "Images", "Native"],
        ["Images/Npy"] = ["Common", "Files", "Images", "Native"],
        ["Images/Pictures"] = ["Common", "Files", "Images", "Native"],
        ["Images/Codecs"] = ["Common", "Native"],
        ["Images/Pyramids"] = ["Common", "Files", "Images", "Native"],
        ["Images/Tiff"] = ["Common", "Files", "Files/Runs", "Images", "Images/Codecs", "Images/Pictures", "Images/Pyramids", "Native"],
        ["Images/Zarr"] = ["Common", "Files", "Files/Runs", "Images", "Images/Codecs", "Images/Npy", "Images/Pyramids", "Native"],

        ["Features"] = ["Common", "Gpu", "Images", "Images/Samples", Kernels, "Native", "Simd"],
        ["Features/Local"] = ["Common", "Features", "Gpu", "Images", "Images/Samples", Kernels, "Native", "Simd"],
        ["Forest"] = ["Common", "Gpu", Kernels, "Native", "Simd"],
        ["Forest/Saved"] = ["Common", "Files", "Forest"],
        ["Forest/Training"] = ["Common", "Forest/Growing", "Gpu", Kernels, "Native"],

        ["Probabilities"] = ["Common", "Features", "Files", "Forest", "Gpu", "Images", "Images/Samples", Kernels, "Native", "Simd"],

        ["Forest/Growing"] = ["Common", "Forest/Saved", "Native", "Probabilities"],

        ["Deep/Weights"] = ["Common", "Files"],
        ["Deep/Backbones"] = ["Common", "Deep/Weights", "Files", "Images", "Images/Samples", "Native", "Onnx"],
        ["Deep/Convolutions"] = ["Common", "Deep/Weights", "Gpu", Kernels, "Native", "Simd"],
        ["Deep/Tokens"] =
        [
            "Common", "Deep/Backbones", "Deep/Weights", "Files", "Gpu", "Images", "Images/Npy", "Images/Samples", Kernels, "Native",
            "Simd",
        ],
        ["Deep/Upsamplers"] =
        [
            "Common", "Deep/Backbones", "Deep/Convolutions", "Deep/Tokens", "Deep/Weights", "Gpu", "Images", "Images/Samples", Kernels,
            "Native", "Simd",
        ],
        ["Deep/Rewriting"] = ["Common", "Deep/Backbones", "Deep/Tokens", "Deep/Weights", "Files", "Images", "Images/Samples", "Onnx"],
        ["Deep"] =
        [
            "Common", "Deep/Backbones", "Deep/Tokens", "Deep/Upsamplers", "Deep/Weights", "Gpu", "Images", "Images/Samples", Kernels,
            "Simd",
        ],

        ["Models"] =
        [
            "Common", "Deep", "Deep/Tokens", "Deep/Weights", "Features", "Files", "Forest", "Forest/Growing", "Forest/Saved",
            "Forest/Training", "Images", "Images/Npy", "Images/Samples", "Native", "Probabilities", "Simd",
        ],
        ["Backends"] =
        [
            "Common", "Deep", "Deep/Tokens", "Deep/Upsamplers", "Features", "Features/Local", "Forest", "Forest/Training", "Gpu",
            "Images", "Images/Masks", "Images/Samples", Kernels, "Models", "Native", "Probabilities", "Simd",
        ],
        ["Resuming"] =
        [
            "Common", "Deep/Backbones", "Files", "Files/Runs", "Images", "Images/Samples", "Images/Stacks", "Images/Zarr", "Probabilities",
        ],
        ["Runs"] =
        [
            "Backends", "Common", "Deep", "Deep/Backbones", "Deep/Tokens", "Deep/Upsamplers", "Deep/Weights", "Features",
            "Features/Local", "Files", "Files/Runs", "Forest", "Forest/Training", "Gpu", "Images", "Images/Labels", "Images/Masks",
            "Images/Npy", "Images/Samples", "Images/Stacks", "Images/Zarr", "Models", "Native", "Probabilities", "Resuming", "Simd",
        ],
        ["Pages"] =
        [
            "Backends", "Common", "Deep", "Deep/Backbones", "Deep/Tokens", "Features", "Features/Local", "Files", "Images",
            "Images/Samples", "Models", "Native", "Probabilities", "Runs",
        ],
        ["Training"] =
        [
            "Backends", "Common", "Deep", "Deep/Backbones", "Deep/Tokens", "Deep/Weights", "Features", "Features/Local", "Forest",
            "Forest/Growing", "Forest/Saved", "Forest/Training", "Gpu", "Images", "Images/Labels", "Images/Masks", "Images/Samples",
            "Models", "Native", "Pages", "Probabilities", "Runs", "Simd",
        ],
        ["Sessions"] =
        [
            "Backends", "Common", "Deep/Backbones", "Features", "Images", "Images/Masks", "Images/Samples", "Models", "Native",
            "Probabilities", "Runs", "Simd",
        ],
        [Root] =
        [
            "Backends", "Common", "Deep", "Deep/Backbones", "Deep/Upsamplers", "Deep/Weights", "Features", "Files",
            "Files/Runs", "Forest", "Forest/Growing", "Forest/Training", "Gpu", "Images", "Images/Labels", "Images/Npy",
            "Images/Pictures", "Images/Samples", "Images/Stacks", "Images/Tiff", "Images/Zarr", "Models", "Native", "Pages",
            "Probabilities", "Runs", "Sessions", "Training",
        ],
        ["Checks"] =
        [
            Root, "Backends", "Common", "Deep", "Deep/Backbones", "Deep/Convolutions", "Deep/Tokens", "Deep/Upsamplers", "Deep/Weights",
            "Features", "Features/Local", "Forest", "Forest/Growing", "Forest/Saved", "Forest/Training", "Gpu", "Images",
            "Images/Samples", Kernels, "Models", "Native", "Probabilities", "Runs", "Simd", "Training",
        ],
    };

    /// <summary>Folders that may hold more files than others, and why: one reads them stem by stem, not as a whole.</summary>
    private static readonly Dictionary<string, string> Lists = new(StringComparer.Ordinal)
    {
        ["src/FastSeg/Features"] = "one stem a filter: what both sides share, the CPU's twin and the GPU's",
        ["src/FastSeg/Forest"] = "one stem an evaluator or a table, with the twins of both sides",
        ["kernels/FastSeg.Kernels"] = "one file a kernel",
        ["src/FastSeg/Checks"] = "one file a reference, or a check of one kind of operation",
        ["perf/FastSeg.Perf"] = "one file a group of measurements, with what it needs",
    };

    /// <summary>The graph of the library's folders and the kernels.</summary>
    internal static Graph Rooms => SourceTree.Graph.Files
        .Of(path => SourceTree.IsUnder(path, SourceTree.Library) || SourceTree.IsUnder(path, SourceTree.Kernels))
        .Grouped(path => SourceTree.IsUnder(path, SourceTree.Kernels) ? Kernels : SourceTree.Room(path));

    [Test]
    public void EveryNameBinds() => Offenders.None(
        SourceTree.Graph.Unbound, "names bind to nothing, so that arrows are missing: FileGraph lacks a reference or a global using");

    [Test]
    public void NoFoldersOfTheLibraryStandInACircle()
    {
        Graph rooms = Rooms;
        Offenders.None(
            rooms.Circles().Select(rooms.Describe), "circles of folders: move what closes a circle down into a folder that both may use");
    }

    [Test]
    public void AFolderUsesOnlyThoseThatItMay()
    {
        Graph rooms = Rooms;
        Offenders.None(rooms.Nodes.Except(MayUse.Keys), "folders are not in the table of RoomTests: say there what they may use");
        var strays = from arrow in rooms.Arrows
                     where !MayUse[arrow.From].Contains(arrow.To)
                     select $"{Named(arrow.From)} -> {Named(arrow.To)}: {Graph.FirstOf(arrow.Names, 6)}";
        Offenders.None(strays, "arrows lead to a folder that is not below the user's: move the type down, or its user up");
    }

    [Test]
    public void TheTableItselfHasNoCircle()
    {
        var table = new Graph();
        foreach ((string from, string[] targets) in MayUse)
        {
            table.AddNode(from);
            foreach (string to in targets)
            {
                table.Add(from, to, "may use");
            }
        }
        Offenders.None(table.Circles().Select(table.Describe), "circles in the table of RoomTests");
        Offenders.None(table.Nodes.Except(Rooms.Nodes), "folders of the table in RoomTests are not there: take them off");
    }

    [Test]
    public void TheRootHoldsFewFiles()
    {
        string[] files = [.. SourceTree.Files.Where(file => file.Folder == SourceTree.Library).Select(file => file.Name)];
        Assert.That(files, Is.Not.Empty);
        Offenders.None(
            files.Length > MostFilesAtTheRoot ? files : [],
            $"files at the root, where at most {MostFilesAtTheRoot} may be: it is for what a caller begins with; the rest has folders");
    }

    [Test]
    public void NoFolderHoldsTooManyFiles()
    {
        var folders = SourceTree.Files
            .Where(file => !SourceTree.IsUnder(file.Path, "tests"))
            .GroupBy(file => file.Folder)
            .ToArray();
        Offenders.None(Lists.Keys.Except(folders.Select(folder => folder.Key)), "lists of stems are not there: take them off");
        var crowded = from folder in folders
                      where folder.Count() > (Lists.ContainsKey(folder.Key) ? MostFilesOfAList : MostFiles)
                      select $"{folder.Key}: {folder.Count()} files";
        Offenders.None(crowded, $"folders of more than {MostFiles} files (lists of stems: {MostFilesOfAList}): divide them");
    }

    private static string Named(string room) => room == Root ? "the root" : room;
}
