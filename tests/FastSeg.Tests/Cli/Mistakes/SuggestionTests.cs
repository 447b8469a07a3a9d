using NUnit.Framework;

namespace FastSeg.Tests.Cli.Mistakes;

/// <summary>Words that are misspelled: the sentence says what was probably meant, for every command alike.</summary>
internal sealed class SuggestionTests : CliFixture
{
    [TestCase("segmnt m.fastseg a.tif -o b.tif", "command 'segmnt'. Did you mean segment?")]
    [TestCase("upsampler trian --help-me", "command 'trian'. Did you mean train?")]
    [TestCase("score --josn a b", "option '--josn'. Did you mean --json?")]
    [TestCase("segment m.fastseg a.tif --outptu b.tif", "option '--outptu'. Did you mean --output?")]
    [TestCase("segment m.fastseg a.tif -output b.tif", "Did you mean --output?")]
    [TestCase("train --image a --lables b -o m", "option '--lables'. Did you mean --labels?")]
    [TestCase("train --image a --labels b --colors red=1 -o m", "option '--colors'. Did you mean --colours?")]
    [TestCase("info a.tif --thread=2", "option '--thread=2'. Did you mean --threads?")]
    [TestCase("segment m.fastseg a.tif -o b.tif --prob float", "option '--prob'. Did you mean --probabilities?")]
    public void WhatWasMeantIsSaid(string line, string sentence) => Assert.That(Misuse(line.Split(' ')), Does.Contain(sentence));

    [TestCase("info a.tif --no-such-option", "'--no-such-option'")]
    [TestCase("dance", "'dance'")]
    [TestCase("info a b", "'b'")]
    [TestCase("segment m.fastseg a.tif -o b.tif -q", "'-q'")]
    public void WhereNothingIsNearNothingIsSaid(string line, string sentence) =>
        Assert.That(Misuse(line.Split(' ')), Does.Contain(sentence).And.Not.Contain("Did you mean"));
}
