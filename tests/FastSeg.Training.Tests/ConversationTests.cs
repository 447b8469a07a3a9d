using FastSeg.Deep.Upsamplers;
using FastSeg.Learning.Runs;
using NUnit.Framework;

namespace FastSeg.Training.Tests;

/// <summary>What the trainer and the command line say to each other.</summary>
[TestFixture]
internal sealed class ConversationTests
{
    [Test]
    public void AJobComesThroughALineAsItIs()
    {
        using var job = new Job();
        UpsamplerJob wanted = job.Wanted with { From = "x", Targets = "a \"folder\"", Minutes = 2.5, Resumes = true };
        UpsamplerJob read = UpsamplerJob.Parse(wanted.ToLine());
        Assert.That(read with { Images = wanted.Images }, Is.EqualTo(wanted));
        Assert.That(read.Images, Is.EqualTo(wanted.Images));
        Assert.That(wanted.ToLine(), Does.Not.Contain("\n"));
    }

    [Test]
    public void AFailureIsOneSentenceWithItsSetting()
    {
        using var job = new Job();
        var output = new StringWriter();
        Assert.That(new Conversation(new OpenReader(job.Wanted with { Channels = 7 }), output).Run(), Is.EqualTo(1));
        UpsamplerNews news = UpsamplerNews.Parse(output.ToString().Trim())!;
        Assert.That(news.Kind, Is.EqualTo(UpsamplerNewsKind.Failure));
        Assert.That((news.Setting, news.SettingWords), Is.EqualTo((Setting.Channels, "The number of channels")));
    }

    [Test]
    public void AnUnexpectedFailureIsOneSentenceAndItsTraceGoesWithIt()
    {
        TextWriter before = Console.Error;
        using StringWriter output = new(), error = new();
        try
        {
            Console.SetError(error);
            Assert.That(new Conversation(new StringReader("no job"), output).Run(), Is.EqualTo(1));
        }
        finally
        {
            Console.SetError(before);
        }
        Assert.That(error.ToString(), Is.Empty);
        UpsamplerNews news = UpsamplerNews.Parse(output.ToString().Trim())!;
        Assert.That(news.Text, Does.StartWith("The trainer failed: JsonException: ").And.Not.Contain("\n"));
        Assert.That(news.Trace, Does.Contain("UpsamplerJob.Parse"));
    }

    [Test]
    public void TheEndOfItsInputStopsTheTrainer()
    {
        using var job = new Job();
        // The input ends behind the job, so a training of many steps ends at once.
        var conversation = new Conversation(new StringReader((job.Wanted with { Steps = 1_000_000 }).ToLine()), new StringWriter());
        Assert.That(conversation.Run(), Is.EqualTo(130));
        Assert.That(File.Exists(job.Output), Is.False);
    }

    /// <summary>Gives a job, and then waits for more input that never comes.</summary>
    private sealed class OpenReader(UpsamplerJob job) : TextReader
    {
        private bool _given;

        public override string? ReadLine()
        {
            if (!_given)
            {
                _given = true;
                return job.ToLine();
            }
            Thread.Sleep(Timeout.Infinite);
            return null;
        }
    }
}
