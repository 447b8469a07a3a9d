using FastSeg.Studio.Projects;
using FastSeg.Studio.Server;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Server;

/// <summary>Which status says what went wrong: the page throws away what is refused, and sends again what may pass.</summary>
[TestFixture]
internal sealed class AnswersTests
{
    [Test]
    public async Task WhatTheDiskDidNotTakeIsToBeSentAgain() =>
        Assert.That(await Status(new NotSavedException("Not saved.", new IOException("No space left on device"))), Is.EqualTo(507));

    [Test]
    public async Task WhatIsWrongIsNot() => Assert.That(await Status(new FastSegException("There is no class 9.")), Is.EqualTo(422));

    private static async Task<int> Status(Exception failure)
    {
        var context = new DefaultHttpContext();
        await Answers.Guarded(context, _ => throw failure);
        return context.Response.StatusCode;
    }
}
