using FastSeg.Studio.Server;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Server;

/// <summary>What waits for a page.</summary>
[TestFixture]
internal sealed class EventClientTests
{
    private static readonly StudioEvent[] State = [new("project", "{}")];

    [Test]
    public async Task ANewPageGetsTheStateAndThenWhatHappens()
    {
        var client = new EventClient();
        client.Add(new StudioEvent("before", "0"));
        Assert.That(await client.Wait(TimeSpan.Zero, default), Is.True);
        Assert.That(client.Take(() => State), Is.EqualTo(State));
        Assert.That(await client.Wait(TimeSpan.Zero, default), Is.False);
        client.Add(new StudioEvent("a", "1"));
        client.Add(new StudioEvent("b", "2"));
        Assert.That(await client.Wait(TimeSpan.Zero, default), Is.True);
        Assert.That(client.Take(() => State).Select(taken => taken.Name), Is.EqualTo((string[])["a", "b"]));
    }

    [Test]
    public void ASlowPageHearsThatItMissedSomethingAndGetsTheStateInsteadOfABacklog()
    {
        var client = new EventClient();
        client.Take(() => State);
        for (int i = 0; i < 10 * EventClient.Most; i++)
        {
            client.Add(new StudioEvent("a", $"{i}"));
        }
        Assert.That(client.Take(() => State), Is.EqualTo((StudioEvent[])[EventClient.Resync, .. State]));
        client.Add(new StudioEvent("a", "after"));
        Assert.That(client.Take(() => State).Select(taken => taken.Data), Is.EqualTo((string[])["after"]));
    }
}
