using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using FastSeg.Deep.Backbones;
using FastSeg.Files;
using FastSeg.Onnx;
using OnnxSchema;

namespace FastSeg;

/// <summary>
/// Makes a backbone's folder of the residual network in a NuGet package: ResNet-18 trained on ImageNet, of which the first three layers
/// give 64 + 128 + 256 numbers for every 8 x 8 pixels. It takes about a fifth of the operations of the transformer in the box.
/// </summary>
public static class ResNetBackbone
{
    /// <summary>The backbone's name, and its folder's.</summary>
    public const string Name = "resnet18";

    /// <summary>The package that has the network.</summary>
    public const string Package = "Microsoft.ML.DnnImageFeaturizer.ResNet18";

    /// <summary>The package's version.</summary>
    public const string Version = "0.23.1";

    /// <summary>
    /// Cells of a window's side, and cells that neighbouring windows share: a token sees 211 pixels, 27 cells, so that wherever windows
    /// overlap one of them sees all of it.
    /// </summary>
    private const int WindowTokens = 152, OverlapTokens = 27;

    private const float SampleMost = 255;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes the folder; it appears when it is whole.</summary>
    /// <param name="package">The folder that the package was unpacked into.</param>
    /// <param name="folder">The folder to make; it must not be there yet, but the one above it must.</param>
    /// <exception cref="FastSegException">The package lacks a file or has another network, or the folder cannot be written.</exception>
    public static void Write(string package, string folder)
    {
        ArgumentNullException.ThrowIfNull(package);
        ArgumentNullException.ThrowIfNull(folder);
        string models = Path.Combine(package, "tools", "DnnImageModels");
        string network = Path.Combine(models, "ResNet18Onnx", "ResNet18.onnx");
        string preparation = Path.Combine(models, "ResNetPrepOnnx", "ResNetPreprocess.onnx");
        string licence = Path.Combine(package, "LICENSE");
        if (((string[])[network, preparation, licence]).FirstOrDefault(file => !File.Exists(file)) is { } missing)
        {
            throw new FastSegException($"{missing} does not exist; take version {Version} of the package {Package}.");
        }
        Write(network, preparation, licence, folder);
    }

    /// <summary>The same, with the package's files named.</summary>
    internal static void Write(string network, string preparation, string licence, string folder)
    {
        using var made = new PartialFolder(folder);
        float[] mean = MeanColour(preparation);
        var graph = new ResNetGraph(network);
        OnnxModel cut = graph.Cut(swapColours: true);
        string file = Path.Combine(made.TemporaryPath, BackboneDescription.GraphFile);
        made.Guard(() =>
        {
            OnnxFile.Save(cut, file);
            File.Copy(licence, Path.Combine(made.TemporaryPath, "LICENSE"));
            File.WriteAllBytes(Path.Combine(made.TemporaryPath, BackboneDescription.JsonFile), Describe(graph, mean, file));
        });
        Backbone.Open(made.TemporaryPath, 1).Dispose();
        made.Commit();
    }

    /// <summary>
    /// The mean colour that the network was trained with, red, green, blue, of 0 to 255: the package subtracts a mean image from blue,
    /// green and red, whose means over all of its pixels these are.
    /// </summary>
    private static float[] MeanColour(string preparation)
    {
        OnnxModel model = OnnxFile.Load(preparation);
        const int Colours = BackboneInput.Colours;
        if (model.Graph.Initializer.FirstOrDefault(tensor => tensor.Dims is [1, Colours, _, _]) is not { } image
            || Tensors.Floats(image) is not { } values)
        {
            throw new FastSegException(
                $"{preparation} has no mean image of {Colours} colours; take version {Version} of the package {Package}.");
        }
        int pixels = values.Length / Colours;
        float Mean(int plane) => (float)values.Skip(plane * pixels).Take(pixels).Average(value => (double)value);
        return [.. Enumerable.Range(0, Colours).Reverse().Select(Mean)];
    }

    private static byte[] Describe(ResNetGraph graph, float[] mean, string file) => JsonSerializer.SerializeToUtf8Bytes(
        new Dictionary<string, object>
        {
            ["name"] = Name,
            ["patch"] = ResNetGraph.Patch,
            ["dimension"] = graph.Dimension,
            ["prefixTokens"] = 0,
            ["layout"] = "tokens",
            // The network takes 0 to 255 less the mean colour.
            ["mean"] = mean.Select(value => Math.Round(value / SampleMost, 7)),
            ["std"] = Enumerable.Repeat(1 / SampleMost, mean.Length),
            ["windowTokens"] = WindowTokens,
            ["overlapTokens"] = OverlapTokens,
            ["licence"] = "MIT",
            ["source"] = string.Create(
                CultureInfo.InvariantCulture, $"NuGet package {Package} {Version}: ResNet-18 of ImageNet, its first three layers"),
            ["sha256"] = new Dictionary<string, string>
            {
                [BackboneDescription.GraphFile] = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))),
            },
        },
        Indented);
}
