using FastSeg.Forest;
using FastSeg.Tests.Reference;
using NUnit.Framework;

namespace FastSeg.Tests.Forest;

/// <summary>Labels, probabilities and confidence from margins.</summary>
public sealed unsafe class DecisionTests
{
    [Test]
    public void LabelsAreTheLargestMarginAndTheLowestClassOnATie([Values(2, 3, 20, 255)] int groups, [Values(1, 15, 16, 17, 100)] int count)
    {
        // Few distinct values, so that ties are common; a stride past the count, framed by infinities.
        var random = new Random(groups + count);
        int stride = count + 9;
        float[] margins = new float[groups * stride];
        Array.Fill(margins, float.PositiveInfinity);
        byte[] expected = new byte[count];
        for (int i = 0; i < count; i++)
        {
            float best = float.NegativeInfinity;
            for (int group = 0; group < groups; group++)
            {
                float margin = margins[(group * stride) + i] = random.Next(-3, 4);
                if (margin > best)
                {
                    (best, expected[i]) = (margin, (byte)group);
                }
            }
        }
        Assert.That(Labels(margins, stride, groups, count), Is.EqualTo(expected));
    }

    [Test]
    public void OneGroupIsTheSecondClassAboveZero()
    {
        float[] margins = [.. Enumerable.Range(0, 40).Select(i => i % 4 switch { 0 => 0f, 1 => 1e-30f, 2 => -1e-30f, _ => -0f })];
        Assert.That(Labels(margins, 40, 1, 40), Is.EqualTo(margins.Select(margin => (byte)(margin > 0 ? 1 : 0))));
    }

    [Test]
    public void ProbabilitiesAreXgBoostsOwn([Values(1, 3, 20)] int groups)
    {
        byte[] model = new RandomModel(8) { Groups = groups, Rounds = 30 }.Bytes();
        float[] rows = TrainedModels.Rows(new Random(8), 203, 7);
        float[] expected = XgBoostPeer.Probabilities(model, rows, 7);
        float[] margins = XgBoostPeer.Margins(model, rows, 7);
        int classes = Math.Max(groups, 2);
        float[] actual = Probabilities(Transposed(margins, groups), 203, groups, classes);
        for (int i = 0; i < 203; i++)
        {
            for (int group = 0; group < groups; group++)
            {
                Assert.That(actual[((groups == 1 ? 1 : group) * 203) + i], Is.EqualTo(expected[(i * groups) + group]).Within(1e-6));
            }
        }
    }

    [Test]
    public void ProbabilitiesEqualFloat64AndDoNotDependOnThePlace()
    {
        var random = new Random(9);
        float[] margins = [.. Enumerable.Range(0, 3 * 50).Select(i => (random.NextSingle() - 0.5f) * (i % 7 == 0 ? 200 : 10))];
        float[] whole = Probabilities(margins, 50, 3, 3);
        for (int i = 0; i < 50; i++)
        {
            double[] powers = [.. Enumerable.Range(0, 3).Select(c => Math.Exp(margins[(c * 50) + i]))];
            float[] alone = Probabilities([margins[i], margins[50 + i], margins[100 + i]], 1, 3, 3);
            for (int c = 0; c < 3; c++)
            {
                Assert.That(whole[(c * 50) + i], Is.EqualTo(powers[c] / powers.Sum()).Within(1e-6));
                Assert.That(alone[c], Is.EqualTo(whole[(c * 50) + i]));
            }
        }
    }

    [Test]
    public void ConfidenceIsTheChosenClassesProbability([Values(1, 4)] int groups)
    {
        var random = new Random(10);
        float[] margins = [.. Enumerable.Range(0, groups * 70).Select(_ => (random.NextSingle() - 0.5f) * 5)];
        int classes = Math.Max(groups, 2);
        byte[] labels = Labels(margins, 70, groups, 70);
        float[] probabilities = Probabilities(margins, 70, groups, classes);
        float[] confidence = new float[70];
        fixed (float* from = probabilities, to = confidence)
        {
            Decision.Confidence(from, 70, classes, to, 70);
        }
        Assert.That(confidence, Is.EqualTo(labels.Select((label, i) => probabilities[(label * 70) + i])));
    }

    private static byte[] Labels(float[] margins, int stride, int groups, int count)
    {
        byte[] labels = new byte[count];
        fixed (float* from = margins)
        fixed (byte* to = labels)
        {
            Decision.Labels(from, stride, groups, to, count);
        }
        return labels;
    }

    private static float[] Probabilities(float[] margins, int count, int groups, int classes)
    {
        float[] probabilities = new float[classes * count];
        fixed (float* from = margins, to = probabilities)
        {
            Decision.Probabilities(from, count, groups, to, count, count);
        }
        return probabilities;
    }

    private static float[] Transposed(float[] rows, int columns)
    {
        float[] planes = new float[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            planes[((i % columns) * (rows.Length / columns)) + (i / columns)] = rows[i];
        }
        return planes;
    }
}
