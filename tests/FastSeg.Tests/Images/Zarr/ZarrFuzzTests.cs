using System.Diagnostics;
using FastSeg.Native;
using NUnit.Framework;

namespace FastSeg.Tests.Images.Zarr;

/// <summary>
/// Stores of which one file, of metadata or of a chunk, is mutated: always the same for a seed. Each is read or refused with a sentence, in
/// little memory and time.
/// </summary>
internal sealed class ZarrFuzzTests
{
    private const int InputsPerStore = 150;

    private static readonly string[] Names =
    [
        "v2/zlib", "v2/gzip", "v2/zstd", "v2/lz4", "v2/lz4hc", "v2/blosczstd", "v2/blocks", "v2/tczyx", "v2/levels", "v2/holes",
        "v3/none", "v3/zstdcrc", "v3/bits", "v3/transposed", "v3/end", "v3/start", "v3/deep",
    ];

    [TestCaseSource(nameof(Names))]
    public void MutatedStoresAreReadOrRefused(string name) =>
        Assert.That(Refused(name, InputsPerStore), Is.GreaterThan(InputsPerStore / 20), "damage is noticed");

    [TestCaseSource(nameof(Names))]
    [Explicit("takes minutes")]
    [Category("LongFuzz")]
    public void ManyMutatedStores(string name) =>
        TestContext.Out.WriteLine($"{name}: 4000 inputs, {Refused(name, 4000)} refused, the others read");

    private static int Refused(string name, int inputs)
    {
        using var stores = new ZarrStores();
        string store = stores[name];
        string[] files = [.. Directory.GetFiles(store, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        string[] metadata = [.. files.Where(file => Path.GetFileName(file) is ".zarray" or ".zattrs" or "zarr.json")];
        var random = new Random(files.Length);
        int refused = 0;
        for (int i = 0; i < inputs; i++)
        {
            string[] some = i % 2 == 0 ? metadata : files;
            string file = some[random.Next(some.Length)];
            byte[] whole = File.ReadAllBytes(file), mutant = FuzzTests.Mutate(whole, random);
            File.WriteAllBytes(file, mutant);
            long native = HostBuffer.AllocatedBytes, managed = GC.GetAllocatedBytesForCurrentThread();
            var clock = Stopwatch.StartNew();
            try
            {
                Read(store, labels: i % 3 == 0);
            }
            catch (FastSegException e)
            {
                Assert.That(e.Message, Does.StartWith(store).And.EndsWith("."));
                refused++;
            }
            catch (Exception e)
            {
                Assert.Fail($"{name}, input {i}, {file}: {e}");
            }
            // A chunk may hold what its bytes can expand to, and chunks, with what decodes them, are held a few times.
            long justified = (24L << 20) + (4 * 40_000L * files.Max(path => new FileInfo(path).Length));
            Assert.That(HostBuffer.AllocatedBytes - native, Is.LessThan(justified), $"{name}, input {i}");
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - managed, Is.LessThan(64L << 20), $"{name}, input {i}");
            Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(20)), $"{name}, input {i} hangs");
            File.WriteAllBytes(file, whole);
        }
        return refused;
    }

    /// <summary>A mutant may be large and mostly empty: its corners and middle are enough.</summary>
    private static void Read(string store, bool labels)
    {
        using ImageReader reader = labels ? ImageFile.OpenLabels(store) : ImageFile.Open(store);
        ImageInfo info = reader.Info;
        foreach ((long x, long y) in new[] { (0L, 0L), (info.Width - 1, info.Height - 1), (info.Width / 2, info.Height / 2) })
        {
            Region region = new Region(x - 40, y - 40, 80, 80).Intersect(info.Bounds);
            reader.Read(region, new byte[region.Pixels * info.PixelBytes]);
        }
    }
}
