using FastSeg.Interop.Calls;
using NUnit.Framework;

namespace FastSeg.Tests.Interop;

[TestFixture]
internal sealed class HandleTableTests
{
    private readonly HandleTable<string> _table = new("word", 1);

    [Test]
    public void AReleasedHandleIsStaleThoughItsSlotIsTakenAgain()
    {
        nint first = _table.Add("first");
        Assert.That(_table.Release(first), Is.EqualTo("first"));
        nint second = _table.Add("second");
        Assert.Multiple(() =>
        {
            Assert.That(second, Is.Not.EqualTo(first));
            Assert.That(StatusOf(() => _table.Use(first)), Is.EqualTo(Status.InvalidHandle));
            Assert.That(StatusOf(() => _table.Release(first)), Is.EqualTo(Status.InvalidHandle));
            Assert.That(_table.Use(second).Value, Is.EqualTo("second"));
        });
    }

    [Test]
    public void WhatIsInUseIsNotReleased()
    {
        nint handle = _table.Add("word");
        HandleUse<string> one = _table.Use(handle), two = _table.Use(handle);
        Assert.That(StatusOf(() => _table.Release(handle)), Is.EqualTo(Status.Busy));
        Assert.That(StatusOf(() => _table.UseAlone(handle)), Is.EqualTo(Status.Busy));
        one.Dispose();
        Assert.That(StatusOf(() => _table.Release(handle)), Is.EqualTo(Status.Busy));
        two.Dispose();
        using (_table.UseAlone(handle))
        {
            Assert.That(StatusOf(() => _table.UseAlone(handle)), Is.EqualTo(Status.Busy));
            Assert.That(StatusOf(() => _table.Release(handle)), Is.EqualTo(Status.Busy));
        }
        Assert.That(_table.Release(handle), Is.EqualTo("word"));
    }

    [Test]
    public void ForeignNumbersAreNoHandles([Values(0, 1, 2, 16, 0x7ffdce21eb94, -1)] long number)
    {
        _table.Add("word");
        Assert.That(StatusOf(() => _table.Use((nint)number)), Is.EqualTo(Status.InvalidHandle));
        Assert.That(StatusOf(() => _table.Release((nint)number)), Is.EqualTo(Status.InvalidHandle));
    }

    [Test]
    public void AHandleOfAnotherKindIsForeign() =>
        Assert.That(StatusOf(() => _table.Use(new HandleTable<string>("other", 2).Add("word"))), Is.EqualTo(Status.InvalidHandle));

    /// <summary>Threads add, use and release; what a handle gives is always its own object.</summary>
    [Test]
    public void ThreadsDoNotMixUpObjects() => Parallel.For(0, 8, thread =>
    {
        for (int i = 0; i < 2000; i++)
        {
            string word = $"{thread}-{i}";
            nint handle = _table.Add(word);
            using (HandleUse<string> use = _table.Use(handle))
            {
                Assert.That(use.Value, Is.EqualTo(word));
            }
            Assert.That(_table.Release(handle), Is.EqualTo(word));
        }
    });

    private static Status StatusOf(Action body)
    {
        try
        {
            body();
            return Status.Ok;
        }
        catch (CallException e)
        {
            return e.Status;
        }
    }
}
