using FastSeg.Deep.Backbones;
using FastSeg.Deep.Upsamplers;
using FastSeg.Native;
using NUnit.Framework;

namespace FastSeg.Tests.Deep.Upsamplers;

/// <summary>Kept tiles: the ones that were not used for longest go, and what somebody reads stays until he is done.</summary>
[TestFixture, NonParallelizable]
internal sealed unsafe class KeptTilesTests
{
    private const int Floats = 1000, Bytes = Floats * sizeof(float);

    private static readonly UpsamplerCase Case = new(16, 16, 32, 32, 8, Padding.Replicate);

    private readonly Upsampler _network = new(Case.Config, Case.Tensors());

    [OneTimeTearDown]
    public void Free() => _network.Dispose();

    [Test]
    public void TheTileThatWasNotUsedForLongestGoes()
    {
        using var tiles = new KeptTiles();
        Put(tiles, 1, 3 * Bytes);
        Put(tiles, 2, 3 * Bytes);
        Put(tiles, 3, 3 * Bytes);
        Assert.That(First(tiles, 1), Is.EqualTo(1));
        Put(tiles, 4, 3 * Bytes);
        Assert.That((First(tiles, 1), First(tiles, 2), First(tiles, 3), First(tiles, 4)), Is.EqualTo((1f, (float?)null, 3f, 4f)));
        Assert.That(tiles.Bytes, Is.EqualTo(3 * Bytes));
        Put(tiles, 5, Bytes - 1);
        Assert.That((First(tiles, 5), tiles.Bytes), Is.EqualTo(((float?)null, 3L * Bytes)), "what is too large itself drops nothing");
        Put(tiles, 6, Bytes);
        Assert.That((First(tiles, 6), tiles.Bytes), Is.EqualTo((6f, (long)Bytes)));
    }

    [Test]
    public void WhatIsHeldIsFreedWithItsLastHold()
    {
        long before = HostBuffer.LiveBytes;
        var tiles = new KeptTiles();
        Put(tiles, 1, Bytes);
        HostBuffer held = tiles.Hold(Key(1))!;
        float* values = (float*)held.Pointer;
        tiles.Dispose();
        Assert.That((HostBuffer.LiveBytes - before, values[Floats - 1]), Is.EqualTo(((long)Bytes, 1f)));
        KeptTiles.Release(held);
        Assert.That(HostBuffer.LiveBytes, Is.EqualTo(before));
        Put(tiles, 2, Bytes);
        Assert.That((tiles.Bytes, HostBuffer.LiveBytes), Is.EqualTo((0L, before)), "a closed page keeps nothing more");
    }

    [Test]
    public void SeveralThreadsReadWhatWasPut()
    {
        using var tiles = new KeptTiles();
        Parallel.For(0, 4, _ =>
        {
            for (int i = 0; i < 2000; i++)
            {
                int number = i * 7 % 5;
                Put(tiles, number, 3 * Bytes);
                if (Read(tiles, number) is { } found)
                {
                    Assert.That(found, Is.EqualTo((number, number)));
                }
            }
        });
        Assert.That(tiles.Bytes, Is.EqualTo(Enumerable.Range(0, 5).Count(number => First(tiles, number) is not null) * Bytes));
        Assert.That(tiles.Bytes, Is.InRange(Bytes, 3 * Bytes));
    }

    [Test]
    public void WhatIsReservedCountsUntilItIsAbandoned()
    {
        long before = HostBuffer.LiveBytes;
        using var tiles = new KeptTiles();
        Put(tiles, 1, 2 * Bytes);
        HostBuffer first = tiles.Reserve(Key(2), Bytes, 2 * Bytes)!, second = tiles.Reserve(Key(3), Bytes, 2 * Bytes)!;
        Assert.That((First(tiles, 1), tiles.Bytes), Is.EqualTo(((float?)null, 2L * Bytes)), "tiles go for what is reserved");
        Assert.That(tiles.Reserve(Key(4), Bytes, 2 * Bytes), Is.Null, "what is reserved stays");
        tiles.Abandon(first);
        Assert.That((tiles.Bytes, HostBuffer.LiveBytes - before), Is.EqualTo(((long)Bytes, (long)Bytes)));
        tiles.Dispose();
        tiles.Put(Key(3), second);
        Assert.That((tiles.Bytes, HostBuffer.LiveBytes), Is.EqualTo((0L, before)), "a closed page keeps nothing");
    }

    private KeptTiles.Key Key(int number) => new(_network, default, new Region(number, 0, 10, 10));

    private void Put(KeptTiles tiles, int number, long most)
    {
        if (tiles.Reserve(Key(number), Bytes, most) is { } planes)
        {
            planes.Span<float>(0, Floats).Fill(number);
            tiles.Put(Key(number), planes);
        }
    }

    private float? First(KeptTiles tiles, int number) => Read(tiles, number)?.First;

    private (float First, float Last)? Read(KeptTiles tiles, int number)
    {
        if (tiles.Hold(Key(number)) is not { } held)
        {
            return null;
        }
        // Read with the pointer taken from the handle itself: a tile that was dropped meanwhile is still there.
        float* values = (float*)held.DangerousGetHandle();
        (float, float) found = (values[0], values[Floats - 1]);
        KeptTiles.Release(held);
        return found;
    }
}
