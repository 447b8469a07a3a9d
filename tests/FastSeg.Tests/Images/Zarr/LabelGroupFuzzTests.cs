using System.Text.Json;
using NUnit.Framework;

namespace FastSeg.Tests.Images.Zarr;

/// <summary>
/// Labels written into stores of which one file of metadata is mutated: always the same for a seed. Either the labels are there and listed
/// beside what was listed before, or there is a sentence, and no file of the store is another one.
/// </summary>
internal sealed class LabelGroupFuzzTests
{
    private const int Side = 40;

    private const long MostPixels = 1 << 20;

    [TestCase("0.4")]
    [TestCase("0.5")]
    public void MutatedStoresTakeLabelsOrStayAsTheyAre(string version) => Assert.That(Refused(version, 200), Is.InRange(20, 199));

    [TestCase("0.4")]
    [TestCase("0.5")]
    [Explicit("takes minutes")]
    [Category("LongFuzz")]
    public void ManyMutatedStoresTakeLabels(string version) =>
        TestContext.Out.WriteLine($"{version}: 4000 inputs, {Refused(version, 4000)} refused, the others took labels");

    private static int Refused(string version, int inputs)
    {
        using var scratch = new Scratch();
        string store = scratch["s.zarr"];
        Make(store, version);
        Dictionary<string, byte[]> sound = Files(store);
        string[] metadata = [.. sound.Keys.Where(IsMetadata).Order(StringComparer.Ordinal)];
        var random = new Random(7);
        int refused = 0;
        for (int i = 0; i < inputs; i++)
        {
            string file = metadata[random.Next(metadata.Length)];
            File.WriteAllBytes(Path.Combine(store, file), FuzzTests.Mutate(sound[file], random));
            Dictionary<string, byte[]> before = Files(store);
            string what = $"{version}, input {i}, {file}";
            bool taken = Take(store, what);
            Dictionary<string, byte[]> after = Files(store);
            refused += taken ? 0 : 1;
            foreach ((string name, byte[] bytes) in before.Where(one => !taken || !IsList(one.Key)))
            {
                Assert.That(after.TryGetValue(name, out byte[]? now) && now.AsSpan().SequenceEqual(bytes), $"{what}: {name} is as it was");
            }
            Assert.That(after.Keys.Except(before.Keys).Where(name => !taken || !Belongs(name)), Is.Empty, what);
            if (taken)
            {
                Assert.That(Listed(after), Is.SupersetOf(Listed(before).Append("new")), what);
            }
            Restore(store, sound, after);
        }
        return refused;
    }

    /// <summary>Writes labels; false where that is refused, or the image became too large to be labelled here.</summary>
    private static bool Take(string store, string what)
    {
        try
        {
            using ImageReader image = ImageFile.Open(store);
            ImageInfo info = image.Info;
            using ImageWriter writer = ImageFile.CreateLabels(
                image, "new", new ImageLayout(info.Width, info.Height, SampleType.UInt8) { IsLabelMap = true });
            if (info.Bounds.Pixels > MostPixels)
            {
                return false;
            }
            writer.Write(info.Bounds, new byte[info.Bounds.Pixels]);
            writer.Commit();
            return true;
        }
        catch (FastSegException e)
        {
            Assert.That(e.Message, Does.StartWith(store).And.EndsWith("."), what);
            return false;
        }
    }

    private static void Make(string store, string version)
    {
        var layout = new ImageLayout(Side, Side, SampleType.UInt8);
        using (ImageWriter writer = ImageFile.Create(store, layout, new OmeZarrOptions { Version = version }))
        {
            writer.Write(new Region(0, 0, Side, Side), Scratch.Samples(Side, Side, 1, SampleType.UInt8));
            writer.Commit();
        }
        using ImageReader image = ImageFile.Open(store);
        using ImageWriter labels = ImageFile.CreateLabels(image, "old", layout with { IsLabelMap = true });
        labels.Write(new Region(0, 0, Side, Side), new byte[Side * Side]);
        labels.Commit();
    }

    private static bool IsMetadata(string file) => Path.GetFileName(file) is ".zarray" or ".zattrs" or ".zgroup" or "zarr.json";

    /// <summary>The files that a new label image may change: the list, and the mark of its folder.</summary>
    private static bool IsList(string file) => file is "labels/.zattrs" or "labels/zarr.json" or "labels/.zgroup";

    private static bool Belongs(string file) => IsList(file) || file.StartsWith("labels/new/", StringComparison.Ordinal);

    private static string[] Listed(Dictionary<string, byte[]> files) =>
        [.. files.Where(file => IsList(file.Key)).SelectMany(file => Listed(file.Value))];

    /// <summary>The names in a list; none where it is no list.</summary>
    private static string[] Listed(byte[] text)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(text);
            JsonElement root = json.RootElement;
            JsonElement holder = root.TryGetProperty("attributes", out JsonElement attributes) ? attributes.GetProperty("ome") : root;
            return holder.TryGetProperty("labels", out JsonElement labels)
                ? [.. labels.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.String).Select(one => one.GetString()!)]
                : [];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return [];
        }
    }

    private static Dictionary<string, byte[]> Files(string store) => Directory.GetFiles(store, "*", SearchOption.AllDirectories)
        .ToDictionary(file => Path.GetRelativePath(store, file), File.ReadAllBytes);

    private static void Restore(string store, Dictionary<string, byte[]> sound, Dictionary<string, byte[]> now)
    {
        if (Directory.Exists(Path.Combine(store, "labels", "new")))
        {
            Directory.Delete(Path.Combine(store, "labels", "new"), recursive: true);
        }
        foreach ((string name, byte[] bytes) in sound.Where(one => !now.TryGetValue(one.Key, out byte[]? there) || there != one.Value))
        {
            File.WriteAllBytes(Path.Combine(store, name), bytes);
        }
    }
}
